/** The code of a function: its files to read, change and deploy, or an archive in their place. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import type { ReactNode } from "react";
import { type Archive, readArchive } from "../../../../kit/archive.ts";
import { Failure } from "../../../../kit/failure.tsx";
import { useLoad } from "../../../../kit/use-load.ts";
import { bytes, time } from "../../../../kit/words.ts";
import type { FunctionTabProps } from "../../tab.ts";
import { CodeFiles } from "./code-files.tsx";
import { UploadCode } from "./upload-code.tsx";

/** Bytes of an archive. A larger one would take the page long to unpack; it is downloaded instead. */
const SHOWN_BYTES_MAX = 10 * 1024 * 1024;

export default function CodeTab(props: FunctionTabProps): ReactNode {
  const { configuration, answer, version } = props;
  const { CodeSize = 0, CodeSha256 = "", PackageType } = configuration;
  if (PackageType === "Image") {
    return (
      <Container header={<Header variant="h2">Container image</Header>}>
        <Box variant="code">{answer.Code?.ImageUri}</Box>
      </Container>
    );
  }
  const link = pathOf(answer.Code?.Location ?? "");
  return (
    <SpaceBetween size="l">
      {CodeSize > SHOWN_BYTES_MAX ? (
        <Alert type="info" header="The files are not shown">
          An archive of {bytes(CodeSize)} is too large to edit in a page. <a href={link}>Download it</a>, or
          upload a new one.
        </Alert>
      ) : (
        <Files key={CodeSha256} {...props} link={link} />
      )}
      {version === undefined && <UploadCode name={props.name} reload={props.reload} />}
      <Container header={<Header variant="h2">Code properties</Header>}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: "Size of the archive", value: bytes(CodeSize) },
            { label: "SHA-256", value: <Box variant="code">{CodeSha256}</Box> },
            { label: "Last modified", value: time(configuration.LastModified) },
          ]}
        />
      </Container>
    </SpaceBetween>
  );
}

function Files(props: FunctionTabProps & { readonly link: string }): ReactNode {
  const { configuration, link } = props;
  const { data, error, reload } = useLoad<Archive>(`code ${configuration.CodeSha256}`, async (signal) => {
    const response = await fetch(link, { signal });
    if (!response.ok)
      throw new Error(`The code could not be read: ${response.status} ${response.statusText}`);
    return readArchive(new Uint8Array(await response.arrayBuffer()));
  });
  if (error !== undefined) return <Failure error={error} retry={reload} />;
  if (data === undefined) {
    return (
      <Box textAlign="center" padding="l">
        <Spinner /> <span>Loading the code</span>
      </Box>
    );
  }
  return (
    <CodeFiles
      name={props.name}
      handler={configuration.Handler ?? ""}
      isReadOnly={props.version !== undefined}
      archive={data}
      link={link}
      reload={props.reload}
    />
  );
}

/** The link names the server as its settings do; the page asks the server it came from. */
function pathOf(link: string): string {
  const url = URL.parse(link);
  return url === null ? link : url.pathname + url.search;
}
