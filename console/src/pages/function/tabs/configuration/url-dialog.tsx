/** Creates a function URL, or changes who may call it and how it answers. */
import {
  CreateFunctionUrlConfigCommand,
  type FunctionUrlAuthType,
  type FunctionUrlConfig,
  type InvokeMode,
  UpdateFunctionUrlConfigCommand,
} from "@aws-sdk/client-lambda";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { type ReactNode, useState } from "react";
import { EditDialog } from "../../../../kit/edit-dialog.tsx";
import { lambda } from "../../../../kit/lambda.ts";
import { LATEST, qualifierOfArn, qualifierToSend } from "../../../../kit/qualifier.ts";
import { QualifierField } from "../../../../kit/qualifier-field.tsx";
import { CorsFields } from "./cors-fields.tsx";
import { corsDraftOf, corsOf, isCorsReady } from "./cors-form.ts";

interface Props {
  readonly name: string;
  readonly before: FunctionUrlConfig | undefined;
  readonly reload: () => Promise<void>;
  readonly onClose: () => void;
}

export function UrlDialog({ name, before, reload, onClose }: Props): ReactNode {
  const [qualifier, setQualifier] = useState(
    before === undefined ? LATEST : qualifierOfArn(before.FunctionArn),
  );
  const [auth, setAuth] = useState<FunctionUrlAuthType>(before?.AuthType ?? "AWS_IAM");
  const [mode, setMode] = useState<InvokeMode>(before?.InvokeMode ?? "BUFFERED");
  const [hasCors, setHasCors] = useState(before?.Cors?.AllowOrigins !== undefined);
  const [cors, setCors] = useState(() => corsDraftOf(before?.Cors));
  return (
    <EditDialog
      title={before === undefined ? "Create a function URL" : `Edit the function URL of ${qualifier}`}
      verb={before === undefined ? "Create" : "Save"}
      size="large"
      isReady={!hasCors || isCorsReady(cors)}
      onClose={onClose}
      onSave={async () => {
        const asked = {
          FunctionName: name,
          Qualifier: qualifierToSend(qualifier),
          AuthType: auth,
          InvokeMode: mode,
          // An empty one takes away what was there.
          ...(hasCors ? { Cors: corsOf(cors) } : before?.Cors !== undefined && { Cors: {} }),
        };
        await (before === undefined
          ? lambda().send(new CreateFunctionUrlConfigCommand(asked))
          : lambda().send(new UpdateFunctionUrlConfigCommand(asked)));
        await reload();
      }}
    >
      {before === undefined && (
        <QualifierField
          name={name}
          label="Calls"
          value={qualifier}
          hasLatest
          hasVersions={false}
          onChange={setQualifier}
        />
      )}
      <FormField label="Authentication">
        <RadioGroup
          value={auth}
          items={[
            {
              value: "AWS_IAM",
              label: "AWS_IAM",
              description: "Only requests that are signed are taken.",
            },
            { value: "NONE", label: "NONE", description: "Whoever reaches the server may call." },
          ]}
          onChange={({ detail }) => setAuth(detail.value as FunctionUrlAuthType)}
        />
      </FormField>
      <FormField label="Invoke mode">
        <RadioGroup
          value={mode}
          items={[
            { value: "BUFFERED", label: "Buffered", description: "The answer is sent once it is complete." },
            {
              value: "RESPONSE_STREAM",
              label: "Response stream",
              description: "The answer is sent while it is made.",
            },
          ]}
          onChange={({ detail }) => setMode(detail.value as InvokeMode)}
        />
      </FormField>
      <Checkbox
        checked={hasCors}
        description="Pages from elsewhere may call it from a browser."
        onChange={({ detail }) => setHasCors(detail.checked)}
      >
        Configure cross-origin resource sharing (CORS)
      </Checkbox>
      {hasCors && <CorsFields draft={cors} onChange={setCors} />}
    </EditDialog>
  );
}
