/** Creates a function: from hello, written in the page, or from an archive. */
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Tiles from "@cloudscape-design/components/tiles";
import { type ReactNode, useState } from "react";
import { useNotify } from "../../app/frame-state.tsx";
import { navigate, to } from "../../app/router.ts";
import { readArchive } from "../../kit/archive.ts";
import { Editor, languageOf } from "../../kit/editor.tsx";
import { Failure } from "../../kit/failure.tsx";
import { Page } from "../../kit/page.tsx";
import { type Health, health } from "../../kit/product.ts";
import { useAction } from "../../kit/use-action.ts";
import { useLoad } from "../../kit/use-load.ts";
import { ZipUpload } from "../../kit/zip-upload.tsx";
import { createFunction } from "./create.ts";
import { beginningOf, type Draft, EMPTY, fileNameOf, firstRuntime, hasHello, problemsOf } from "./draft.ts";
import { guessHandler } from "./guess.ts";
import { SettingsFields } from "./settings-fields.tsx";

/** Bytes of an archive that is looked into for its handler; a larger one would hold the page up. */
const LOOKED_INTO_BYTES_MAX = 10 * 1024 * 1024;

export default function CreateFunctionPage(): ReactNode {
  const { data, error, reload } = useLoad("health", health);
  return (
    <Page title="Create function" crumbs={[{ text: "Functions", href: "#/functions" }]}>
      <Failure error={error} retry={reload} />
      {data === undefined ? (
        error === undefined && <StatusIndicator type="loading">Asking for the runtimes</StatusIndicator>
      ) : (
        <CreateForm runtimes={data.runtimes} />
      )}
    </Page>
  );
}

function CreateForm({ runtimes }: { readonly runtimes: Health["runtimes"] }): ReactNode {
  const [draft, setDraft] = useState<Draft>(() => {
    const runtime = firstRuntime(runtimes);
    return { ...EMPTY, runtime, ...beginningOf(runtime) };
  });
  const [wasSent, setSent] = useState(false);
  const [progress, setProgress] = useState<number>();
  const creating = useAction();
  const notify = useNotify();
  const change = (part: Partial<Draft>): void => setDraft((old) => ({ ...old, ...part }));
  const problems = problemsOf(draft);
  const shown = wasSent ? problems : {};

  const chooseRuntime = (runtime: string): void =>
    setDraft((old) => ({
      ...old,
      runtime,
      // What somebody wrote stays, unless it is in another language.
      ...(familyOf(runtime) !== familyOf(old.runtime) && beginningOf(runtime)),
    }));
  const chooseStart = (start: Draft["start"]): void => {
    change({ start });
    if (start === "hello" && !hasHello(draft.runtime)) chooseRuntime(firstRuntime(runtimes));
  };
  const chooseFile = async (file: File | undefined): Promise<void> => {
    change({ file });
    if (file === undefined) return;
    const guessed = await lookInto(file, draft.runtime, runtimes);
    if (guessed !== undefined) change(guessed);
  };
  const create = async (): Promise<void> => {
    setSent(true);
    if (Object.keys(problems).length > 0 || creating.isBusy) return;
    const worked = await creating.run(async () => {
      setProgress(0);
      try {
        await createFunction(draft, setProgress);
      } finally {
        setProgress(undefined);
      }
    });
    if (!worked) return;
    notify({ type: "success", header: `Function ${draft.name} is ready` });
    navigate(to("functions", draft.name));
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <Form
        actions={
          <SpaceBetween direction="horizontal" size="xs" alignItems="center">
            {creating.isBusy && (
              <StatusIndicator type="in-progress">
                {progress === undefined || progress < 1 ? "Sending the code" : "Waiting until it is active"}
              </StatusIndicator>
            )}
            <Button variant="link" formAction="none" href="#/functions">
              Cancel
            </Button>
            <Button variant="primary" loading={creating.isBusy} loadingText="Creating">
              Create function
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          <Failure error={creating.error} />
          <Tiles
            ariaLabel="What the function starts from"
            value={draft.start}
            onChange={({ detail }) => chooseStart(detail.value === "zip" ? "zip" : "hello")}
            items={[
              {
                value: "hello",
                label: "Hello",
                description: "A few lines of Node.js or Python, to change right here.",
              },
              {
                value: "zip",
                label: "Archive",
                description: "A .zip or .jar with the function's files, for every runtime.",
              },
            ]}
          />
          <Container header={<Header variant="h2">Function</Header>}>
            <SettingsFields
              draft={draft}
              problems={shown}
              runtimes={runtimes}
              onChange={change}
              onRuntime={chooseRuntime}
            />
          </Container>
          <Container header={<Header variant="h2">Code</Header>}>
            {draft.start === "zip" ? (
              <ZipUpload
                label="Archive"
                description="The runtime and the handler above are guessed from its files."
                file={draft.file}
                onChange={(file) => void chooseFile(file)}
                progress={progress}
                errorText={shown.file}
              />
            ) : (
              <FormField stretch label={fileNameOf(draft)} errorText={shown.source}>
                <Editor
                  key={familyOf(draft.runtime)}
                  label={`Content of ${fileNameOf(draft)}`}
                  value={draft.source}
                  language={languageOf(fileNameOf(draft))}
                  height={300}
                  onChange={(source) => change({ source })}
                />
              </FormField>
            )}
          </Container>
        </SpaceBetween>
      </Form>
    </form>
  );
}

/** `python3.12` → `python`. */
function familyOf(runtime: string): string {
  return /^[a-z]*/.exec(runtime)?.[0] ?? "";
}

async function lookInto(
  file: File,
  runtime: string,
  runtimes: Health["runtimes"],
): Promise<Pick<Draft, "runtime" | "handler"> | undefined> {
  if (file.size > LOOKED_INTO_BYTES_MAX) return undefined;
  try {
    const guess = guessHandler(readArchive(new Uint8Array(await file.arrayBuffer())));
    if (guess === undefined) return undefined;
    if (familyOf(runtime) === guess.family) return { runtime, handler: guess.handler };
    const ofFamily = Object.entries(runtimes).filter(
      ([id, { available }]) => familyOf(id) === guess.family && available,
    );
    const best = ofFamily.find(([, { warning }]) => warning === undefined) ?? ofFamily[0];
    return best && { runtime: best[0], handler: guess.handler };
  } catch {
    // The server says in its own words what is wrong with an archive.
    return undefined;
  }
}
