/** The settings of a function: topics at the left, each with an address of its own. */
import Box from "@cloudscape-design/components/box";
import Grid from "@cloudscape-design/components/grid";
import SideNavigation from "@cloudscape-design/components/side-navigation";
import Spinner from "@cloudscape-design/components/spinner";
import { type ReactNode, Suspense } from "react";
import { to } from "../../../../app/router.ts";
import type { FunctionTabProps } from "../../tab.ts";
import { SECTIONS } from "./sections.ts";

export default function ConfigurationTab(props: FunctionTabProps): ReactNode {
  const { name, version, section } = props;
  const sections = SECTIONS.filter((each) => version === undefined || each.isForVersions);
  const shown = sections.find(({ id }) => id === section) ?? sections[0];
  return (
    <Grid gridDefinition={[{ colspan: { default: 12, s: 3 } }, { colspan: { default: 12, s: 9 } }]}>
      <nav aria-label="Configuration">
        <SideNavigation
          activeHref={address(name, version, shown?.id ?? "")}
          items={sections.map(({ id, text }) => ({ type: "link", text, href: address(name, version, id) }))}
        />
      </nav>
      {shown !== undefined && (
        <Suspense fallback={<Opening />}>
          <shown.Content key={shown.id} {...props} />
        </Suspense>
      )}
    </Grid>
  );
}

function address(name: string, version: string | undefined, section: string): string {
  const query = { ...(version !== undefined && { version }), tab: "configuration", section };
  return `${to("functions", name)}?${new URLSearchParams(query)}`;
}

function Opening(): ReactNode {
  return (
    <Box padding="l" textAlign="center">
      <Spinner /> <span>Loading</span>
    </Box>
  );
}
