/** Invokes a function by hand: an event, how and which version, and what came of it. */
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Editor } from "../../../../kit/editor.tsx";
import { useLoad } from "../../../../kit/use-load.ts";
import { aliasesOf, LATEST, publishedVersions, targetWords } from "../../../../kit/versions.ts";
import type { FunctionTabProps } from "../../tab.ts";
import { EventChoice } from "./event-choice.tsx";
import { type InvocationType, invokeOnce, jsonProblem, type Outcome, prettyJson } from "./invocation.ts";
import { OutcomePanel } from "./outcome-panel.tsx";
import { Refused, Waiting } from "./waiting.tsx";

const HELLO = JSON.stringify({ key1: "value1", key2: "value2", key3: "value3" }, undefined, 2);

const TYPES: readonly (SelectProps.Option & { readonly value: InvocationType })[] = [
  { value: "RequestResponse", label: "Synchronous", description: "Wait for the function's answer" },
  { value: "Event", label: "Asynchronous", description: "Leave the event in the queue of the function" },
  { value: "DryRun", label: "Dry run", description: "Only check that the call would be let through" },
];

type Last =
  | { readonly kind: "none" }
  | { readonly kind: "waiting"; readonly sinceMs: number }
  | { readonly kind: "done"; readonly outcome: Outcome }
  | { readonly kind: "refused"; readonly error: unknown };

export default function TestTab({ name, version }: FunctionTabProps): ReactNode {
  const [text, setText] = useState(HELLO);
  const [type, setType] = useState<InvocationType>("RequestResponse");
  const [qualifier, setQualifier] = useState(version ?? LATEST);
  const [last, setLast] = useState<Last>({ kind: "none" });
  const controller = useRef<AbortController>(undefined);
  useEffect(() => () => controller.current?.abort(), []);
  const problem = jsonProblem(text);

  const invoke = async (): Promise<void> => {
    const mine = new AbortController();
    controller.current = mine;
    setLast({ kind: "waiting", sinceMs: Date.now() });
    try {
      const outcome = await invokeOnce({ name, qualifier, type, event: text }, mine.signal);
      setLast({ kind: "done", outcome });
    } catch (error) {
      setLast(mine.signal.aborted ? { kind: "none" } : { kind: "refused", error });
    }
  };

  return (
    <SpaceBetween size="l">
      <div aria-live="polite">
        {last.kind === "waiting" && (
          <Waiting sinceMs={last.sinceMs} onStop={() => controller.current?.abort()} />
        )}
        {last.kind === "done" && <OutcomePanel outcome={last.outcome} />}
        {last.kind === "refused" && <Refused error={last.error} />}
      </div>
      <Container
        header={
          <Header
            variant="h2"
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={problem !== undefined} onClick={() => setText(prettyJson(text))}>
                  Format
                </Button>
                <Button
                  variant="primary"
                  disabled={problem !== undefined}
                  loading={last.kind === "waiting"}
                  loadingText="Invoking"
                  onClick={() => void invoke()}
                >
                  Invoke
                </Button>
              </SpaceBetween>
            }
          >
            Test
          </Header>
        }
      >
        <SpaceBetween size="m">
          <ColumnLayout columns={2}>
            <FormField label="Invocation type">
              <Select
                options={TYPES}
                selectedOption={TYPES.find(({ value }) => value === type) ?? null}
                onChange={({ detail }) =>
                  setType(
                    TYPES.find(({ value }) => value === detail.selectedOption.value)?.value ??
                      "RequestResponse",
                  )
                }
              />
            </FormField>
            {version === undefined ? (
              <QualifierField name={name} value={qualifier} onChange={setQualifier} />
            ) : (
              <KeyValuePairs items={[{ label: "Version", value: version }]} />
            )}
          </ColumnLayout>
          <EventChoice functionName={name} text={text} isValid={problem === undefined} onText={setText} />
          <FormField
            stretch
            label="Event JSON"
            errorText={problem === undefined ? undefined : `This is not JSON: ${problem}`}
          >
            <Editor label="Event JSON" value={text} language="json" height={320} onChange={setText} />
          </FormField>
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
}

interface QualifierProps {
  readonly name: string;
  readonly value: string;
  readonly onChange: (qualifier: string) => void;
}

function QualifierField({ name, value, onChange }: QualifierProps): ReactNode {
  const { data, error, isLoading, reload } = useLoad(`qualifiers of ${name}`, async () => {
    const [versions, aliases] = await Promise.all([publishedVersions(name), aliasesOf(name)]);
    return { versions, aliases };
  });
  const options: SelectProps.Options = [
    { value: LATEST, label: LATEST, description: "The code and settings as they are now" },
    {
      label: "Aliases",
      options: (data?.aliases ?? []).map((alias) => ({
        value: alias.Name ?? "",
        label: alias.Name ?? "",
        description: `Leads to ${targetWords(alias)}`,
      })),
    },
    {
      label: "Versions",
      options: (data?.versions ?? []).map(({ Version = "", Description }) => ({
        value: Version,
        label: Version,
        ...(Description && { description: Description }),
      })),
    },
  ].filter((each) => each.options === undefined || each.options.length > 0);
  return (
    <FormField label="Version or alias">
      <Select
        options={options}
        selectedOption={{ value, label: value }}
        statusType={error !== undefined ? "error" : isLoading ? "loading" : "finished"}
        loadingText="Loading versions and aliases"
        errorText="The versions and aliases could not be read."
        recoveryText="Try again"
        onLoadItems={() => void reload()}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? LATEST)}
      />
    </FormField>
  );
}
