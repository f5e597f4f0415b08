/** Where the event comes from: a template, or one that was saved under a name; and saving it. */
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { useNotify } from "../../../../app/frame-state.tsx";
import { useSettings } from "../../../../app/settings.ts";
import { ConfirmDelete } from "../../../../kit/confirm-delete.tsx";
import { Failure } from "../../../../kit/failure.tsx";
import { useAction } from "../../../../kit/use-action.ts";
import { forgetEvent, savedEvents, saveEvent } from "./saved-events.ts";
import { templates } from "./templates.ts";

interface Props {
  readonly functionName: string;
  readonly text: string;
  readonly isValid: boolean;
  readonly onText: (text: string) => void;
}

const TEMPLATE = "template ";
const SAVED = "saved ";

export function EventChoice({ functionName, text, isValid, onText }: Props): ReactNode {
  const place = useSettings();
  const notify = useNotify();
  const saving = useAction();
  const [saved, setSaved] = useState(() => savedEvents(functionName));
  const [chosen, setChosen] = useState(`${TEMPLATE}hello`);
  const [eventName, setEventName] = useState("");
  const [isDeleting, setDeleting] = useState(false);
  const known = templates(place);
  const names = Object.keys(saved).sort();
  const groups: SelectProps.OptionGroup[] = [
    ...(names.length === 0
      ? []
      : [{ label: "Saved", options: names.map((name) => ({ value: SAVED + name, label: name })) }]),
    {
      label: "Templates",
      options: known.map(({ id, label, description }) => ({ value: TEMPLATE + id, label, description })),
    },
  ];
  const options = groups.flatMap((group) => group.options);
  const savedName = chosen.startsWith(SAVED) ? chosen.slice(SAVED.length) : undefined;
  const choose = (value: string): void => {
    setChosen(value);
    const name = value.startsWith(SAVED) ? value.slice(SAVED.length) : undefined;
    setEventName(name ?? "");
    const template = known.find(({ id }) => TEMPLATE + id === value);
    onText(name === undefined ? JSON.stringify(template?.event, undefined, 2) : (saved[name] ?? "{}"));
  };
  const save = (): Promise<boolean> =>
    saving.run(async () => {
      const name = eventName.trim();
      setSaved(saveEvent(functionName, name, text));
      setChosen(SAVED + name);
      setEventName(name);
      notify({ type: "success", header: `Event ${name} is saved in this browser` }, "saved event");
    });
  return (
    <SpaceBetween size="m">
      <ColumnLayout columns={2}>
        <FormField label="Event" description="Choosing one takes the place of what is written below.">
          <Select
            options={groups}
            selectedOption={options.find(({ value }) => value === chosen) ?? null}
            filteringType="auto"
            filteringAriaLabel="Find an event"
            onChange={({ detail }) => choose(detail.selectedOption.value ?? "")}
          />
        </FormField>
        <FormField
          label="Name to save it under"
          description="Saved events stay in this browser, for this function."
          secondaryControl={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                disabled={eventName.trim() === "" || !isValid}
                loading={saving.isBusy}
                onClick={() => void save()}
              >
                {saved[eventName.trim()] === undefined ? "Save event" : "Save changes"}
              </Button>
              {savedName !== undefined && (
                <Button onClick={() => setDeleting(true)} ariaLabel={`Delete event ${savedName}`}>
                  Delete
                </Button>
              )}
            </SpaceBetween>
          }
        >
          <Input
            value={eventName}
            placeholder="my-event"
            autoComplete={false}
            onChange={({ detail }) => setEventName(detail.value)}
          />
        </FormField>
      </ColumnLayout>
      <Failure error={saving.error} />
      {isDeleting && savedName !== undefined && (
        <ConfirmDelete
          title={`Delete event ${savedName}`}
          onClose={() => setDeleting(false)}
          onConfirm={async () => {
            setSaved(forgetEvent(functionName, savedName));
            choose(`${TEMPLATE}hello`);
          }}
        >
          The event is forgotten by this browser for good.
        </ConfirmDelete>
      )}
    </SpaceBetween>
  );
}
