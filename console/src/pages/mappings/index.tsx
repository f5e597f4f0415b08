/** All event source mappings of the account. */
import Box from "@cloudscape-design/components/box";
import HelpPanel from "@cloudscape-design/components/help-panel";
import type { ReactNode } from "react";
import { Page } from "../../kit/page.tsx";
import { MappingList } from "./mapping-list.tsx";

const TITLE = "Event source mappings";

const HELP = (
  <HelpPanel header={<h2>{TITLE}</h2>}>
    <Box variant="p">
      A mapping reads a queue or a stream and calls a function with what it finds, in batches. What the
      function fails on comes again; a queue's redrive policy decides how often.
    </Box>
    <Box variant="p">A mapping that is disabled reads nothing and keeps its settings.</Box>
  </HelpPanel>
);

export default function MappingsPage(): ReactNode {
  return (
    <Page title={TITLE} help={HELP} isBare>
      <MappingList title={TITLE} functionName={undefined} />
    </Page>
  );
}
