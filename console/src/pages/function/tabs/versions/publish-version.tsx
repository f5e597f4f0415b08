/** Publishes the code and settings of this moment as a version, and waits until it can be invoked. */
import { PublishVersionCommand } from "@aws-sdk/client-lambda";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { type ReactNode, useState } from "react";
import { useNotify } from "../../../../app/frame-state.tsx";
import { FormDialog } from "../../../../kit/form-dialog.tsx";
import { settled } from "../../../../kit/functions.ts";
import { lambda } from "../../../../kit/lambda.ts";

interface Props {
  readonly name: string;
  /** Numbers of the versions there are. */
  readonly known: ReadonlySet<string>;
  readonly onPublished: () => Promise<void>;
  readonly onClose: () => void;
}

const DESCRIPTION_CHARACTERS_MAX = 256;

export function PublishVersion({ name, known, onPublished, onClose }: Props): ReactNode {
  const [description, setDescription] = useState("");
  const notify = useNotify();
  const isTooLong = description.length > DESCRIPTION_CHARACTERS_MAX;
  const publish = async (): Promise<void> => {
    const { Version = "" } = await lambda().send(
      new PublishVersionCommand({
        FunctionName: name,
        ...(description !== "" && { Description: description }),
      }),
    );
    if (known.has(Version)) {
      notify(
        { type: "info", header: `Nothing has changed since version ${Version}, so it stays the last one` },
        `publish ${name}`,
      );
      return;
    }
    await onPublished();
    await settled(name, Version);
    notify({ type: "success", header: `Version ${Version} of ${name} is published` }, `publish ${name}`);
    await onPublished();
  };
  return (
    <FormDialog
      title={`Publish a version of ${name}`}
      verb="Publish"
      busyVerb="Publishing"
      isReady={!isTooLong}
      onSubmit={publish}
      onClose={onClose}
    >
      <Box variant="p">The code and the settings as they are now get a number and never change again.</Box>
      <FormField
        label="Description (optional)"
        constraintText={`${description.length} of ${DESCRIPTION_CHARACTERS_MAX} characters.`}
        errorText={isTooLong ? "That is too long." : undefined}
      >
        <Input value={description} autoFocus onChange={({ detail }) => setDescription(detail.value)} />
      </FormField>
    </FormDialog>
  );
}
