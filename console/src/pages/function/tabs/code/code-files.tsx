/** The editor of a function's files: a list at the left, the chosen one at the right, and Deploy. */
import { UpdateFunctionCodeCommand } from "@aws-sdk/client-lambda";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { type ReactNode, useEffect, useState } from "react";
import { useNotify } from "../../../../app/frame-state.tsx";
import { type Archive, textFile, textOf, writeArchive } from "../../../../kit/archive.ts";
import { Editor, languageOf } from "../../../../kit/editor.tsx";
import { Failure } from "../../../../kit/failure.tsx";
import { settled } from "../../../../kit/functions.ts";
import { lambda } from "../../../../kit/lambda.ts";
import { useAction } from "../../../../kit/use-action.ts";
import { bytes } from "../../../../kit/words.ts";
import { firstToShow, hasChanges, renamed, withoutFile, withText } from "./draft.ts";
import { FileList } from "./file-list.tsx";
import { FileNameDialog } from "./file-name-dialog.tsx";

interface Props {
  readonly name: string;
  readonly handler: string;
  readonly isReadOnly: boolean;
  readonly archive: Archive;
  readonly link: string;
  readonly reload: () => Promise<void>;
}

export function CodeFiles({ name, handler, isReadOnly, archive, link, reload }: Props): ReactNode {
  const [files, setFiles] = useState(archive);
  const [shown, setShown] = useState(() => firstToShow(archive, handler));
  const [naming, setNaming] = useState<"new" | "rename">();
  const deploying = useAction();
  const notify = useNotify();
  const isDirty = hasChanges(archive, files);
  useWarningBeforeLeaving(isDirty);

  const deploy = (): Promise<boolean> =>
    deploying.run(async () => {
      await lambda().send(
        new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: writeArchive(files) }),
      );
      await settled(name);
      notify({ type: "success", header: `${name} runs the new code` }, `deploy ${name}`);
      await reload();
    });

  return (
    <Container
      header={
        <Header
          variant="h2"
          info={isDirty && <StatusIndicator type="warning">Changes are not deployed</StatusIndicator>}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button href={link} iconName="download" download={`${name}.zip`}>
                Download
              </Button>
              {!isReadOnly && (
                <>
                  <Button disabled={!isDirty} onClick={() => setFiles(archive)}>
                    Undo all
                  </Button>
                  <Button
                    variant="primary"
                    disabled={!isDirty || files.size === 0}
                    loading={deploying.isBusy}
                    loadingText="Deploying"
                    onClick={() => void deploy()}
                  >
                    Deploy
                  </Button>
                </>
              )}
            </SpaceBetween>
          }
        >
          Code
        </Header>
      }
    >
      <SpaceBetween size="m">
        <Failure error={deploying.error} />
        <Grid gridDefinition={[{ colspan: { default: 12, s: 3 } }, { colspan: { default: 12, s: 9 } }]}>
          <SpaceBetween size="s">
            {!isReadOnly && (
              <SpaceBetween direction="horizontal" size="xxs">
                <Button
                  iconName="add-plus"
                  variant="icon"
                  ariaLabel="New file"
                  onClick={() => setNaming("new")}
                />
                <Button
                  iconName="edit"
                  variant="icon"
                  ariaLabel={`Rename ${shown ?? "the file"}`}
                  disabled={shown === undefined}
                  onClick={() => setNaming("rename")}
                />
                <Button
                  iconName="remove"
                  variant="icon"
                  ariaLabel={`Remove ${shown ?? "the file"}`}
                  disabled={shown === undefined}
                  onClick={() => {
                    const rest = withoutFile(files, shown ?? "");
                    setFiles(rest);
                    setShown(firstToShow(rest, handler));
                  }}
                />
              </SpaceBetween>
            )}
            <FileList before={archive} files={files} shown={shown} onShow={setShown} />
          </SpaceBetween>
          <ShownFile
            files={files}
            shown={shown}
            isReadOnly={isReadOnly}
            onChange={(text) => setFiles(withText(archive, files, shown ?? "", text))}
          />
        </Grid>
      </SpaceBetween>
      {naming !== undefined && (
        <FileNameDialog
          files={files}
          from={naming === "rename" ? shown : undefined}
          onClose={() => setNaming(undefined)}
          onNamed={(fileName) => {
            setFiles(
              naming === "new"
                ? new Map(files).set(fileName, textFile(""))
                : renamed(files, shown ?? "", fileName),
            );
            setShown(fileName);
          }}
        />
      )}
    </Container>
  );
}

interface ShownProps {
  readonly files: Archive;
  readonly shown: string | undefined;
  readonly isReadOnly: boolean;
  readonly onChange: (text: string) => void;
}

function ShownFile({ files, shown, isReadOnly, onChange }: ShownProps): ReactNode {
  const file = shown === undefined ? undefined : files.get(shown);
  if (shown === undefined || file === undefined) {
    return <Box color="text-body-secondary">No file is left. Add one to deploy.</Box>;
  }
  const text = textOf(file);
  if (text === undefined) {
    return (
      <Box color="text-body-secondary">
        {shown} is no text ({bytes(file.bytes.length)}); it is deployed as it is.
      </Box>
    );
  }
  return (
    <Editor
      key={shown}
      label={`Content of ${shown}`}
      value={text}
      language={languageOf(shown)}
      isReadOnly={isReadOnly}
      onChange={onChange}
    />
  );
}

function useWarningBeforeLeaving(isDirty: boolean): void {
  useEffect(() => {
    if (!isDirty) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isDirty]);
}
