/** Makes an alias, or leads one elsewhere: to one version, or to two with a share of the calls for the second. */
import { type AliasConfiguration, CreateAliasCommand, UpdateAliasCommand } from "@aws-sdk/client-lambda";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { type ReactNode, useState } from "react";
import { useNotify } from "../../../../app/frame-state.tsx";
import { FormDialog } from "../../../../kit/form-dialog.tsx";
import { lambda } from "../../../../kit/lambda.ts";
import { LATEST } from "../../../../kit/versions.ts";
import { aliasProblem, type Draft, draftOf, routingOf } from "./draft.ts";

interface Props {
  readonly functionName: string;
  /** The alias that is changed; undefined for a new one. */
  readonly alias: AliasConfiguration | undefined;
  /** Numbers of the published versions. */
  readonly versions: readonly string[];
  readonly onSaved: () => Promise<void>;
  readonly onClose: () => void;
}

export function AliasDialog({ functionName, alias, versions, onSaved, onClose }: Props): ReactNode {
  const [draft, setDraft] = useState<Draft>(() => draftOf(alias, versions));
  const notify = useNotify();
  const change = (part: Partial<Draft>): void => setDraft((old) => ({ ...old, ...part }));
  const problem = aliasProblem(draft);
  const others = versions.filter((version) => version !== draft.version);
  const save = async (): Promise<void> => {
    const request = {
      FunctionName: functionName,
      Name: draft.name,
      FunctionVersion: draft.version,
      Description: draft.description,
      RoutingConfig: routingOf(draft),
    };
    await (alias === undefined
      ? lambda().send(new CreateAliasCommand(request))
      : lambda().send(new UpdateAliasCommand({ ...request, RevisionId: alias.RevisionId })));
    notify({ type: "success", header: `Alias ${draft.name} is saved` }, `alias ${draft.name}`);
    await onSaved();
  };
  return (
    <FormDialog
      title={alias === undefined ? `New alias of ${functionName}` : `Change alias ${draft.name}`}
      verb={alias === undefined ? "Create" : "Save"}
      busyVerb="Saving"
      isReady={problem === undefined}
      onSubmit={save}
      onClose={onClose}
    >
      {alias === undefined && (
        <FormField
          label="Name"
          constraintText="Letters, digits, - and _; not digits alone."
          errorText={draft.name !== "" && problem?.field === "name" ? problem.text : undefined}
        >
          <Input
            value={draft.name}
            autoFocus
            autoComplete={false}
            placeholder="live"
            onChange={({ detail }) => change({ name: detail.value })}
          />
        </FormField>
      )}
      <FormField label="Description (optional)">
        <Input value={draft.description} onChange={({ detail }) => change({ description: detail.value })} />
      </FormField>
      <FormField label="Version">
        <VersionSelect
          versions={[LATEST, ...versions]}
          value={draft.version}
          onChange={(version) =>
            change({
              version,
              isSplit: draft.isSplit && version !== LATEST,
              second: draft.second === version ? "" : draft.second,
            })
          }
        />
      </FormField>
      <Checkbox
        checked={draft.isSplit}
        disabled={draft.version === LATEST || others.length === 0}
        description="Some of the calls go to a second version. Not possible with $LATEST."
        onChange={({ detail }) =>
          change({ isSplit: detail.checked, second: draft.second || (others[0] ?? "") })
        }
      >
        Split the calls
      </Checkbox>
      {draft.isSplit && (
        <>
          <FormField
            label="Second version"
            errorText={problem?.field === "second" ? problem.text : undefined}
          >
            <VersionSelect versions={others} value={draft.second} onChange={(second) => change({ second })} />
          </FormField>
          <FormField
            label="Calls to the second version, in percent"
            errorText={problem?.field === "percent" ? problem.text : undefined}
          >
            <Input
              type="number"
              inputMode="decimal"
              value={draft.percent}
              onChange={({ detail }) => change({ percent: detail.value })}
            />
          </FormField>
        </>
      )}
    </FormDialog>
  );
}

interface SelectProps {
  readonly versions: readonly string[];
  readonly value: string;
  readonly onChange: (version: string) => void;
}

function VersionSelect({ versions, value, onChange }: SelectProps): ReactNode {
  return (
    <Select
      options={versions.map((version) => ({ value: version, label: version }))}
      selectedOption={value === "" ? null : { value, label: value }}
      placeholder="Choose a version"
      onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
    />
  );
}
