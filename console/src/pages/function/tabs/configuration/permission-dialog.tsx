/** Adds a statement to a resource policy. */
import { AddPermissionCommand, FunctionUrlAuthType } from "@aws-sdk/client-lambda";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { type ReactNode, useState } from "react";
import { EditDialog } from "../../../../kit/edit-dialog.tsx";
import { lambda } from "../../../../kit/lambda.ts";
import { qualifierToSend } from "../../../../kit/qualifier.ts";

const INVOKE = "lambda:InvokeFunction";
const INVOKE_URL = "lambda:InvokeFunctionUrl";
const AUTH_TYPES = Object.values(FunctionUrlAuthType).map((value) => ({ value, label: value }));
const ACTIONS = [INVOKE, INVOKE_URL, "lambda:GetFunction", "lambda:*"].map((value) => ({
  value,
  label: value,
}));

interface Props {
  readonly name: string;
  readonly qualifier: string;
  readonly reload: () => Promise<void>;
  readonly onClose: () => void;
}

export function PermissionDialog({ name, qualifier, reload, onClose }: Props): ReactNode {
  const [sid, setSid] = useState("");
  const [principal, setPrincipal] = useState("");
  const [action, setAction] = useState(INVOKE);
  const [auth, setAuth] = useState<FunctionUrlAuthType>("NONE");
  const [sourceArn, setSourceArn] = useState("");
  const [sourceAccount, setSourceAccount] = useState("");
  const isSid = /^[a-zA-Z0-9_-]+$/.test(sid);
  const isAccount = sourceAccount === "" || /^\d{12}$/.test(sourceAccount);
  return (
    <EditDialog
      title={`Add a permission for ${name}${qualifier === "$LATEST" ? "" : `:${qualifier}`}`}
      verb="Add"
      size="large"
      isReady={isSid && isAccount && principal.trim() !== ""}
      onClose={onClose}
      onSave={async () => {
        await lambda().send(
          new AddPermissionCommand({
            FunctionName: name,
            Qualifier: qualifierToSend(qualifier),
            StatementId: sid,
            Principal: principal.trim(),
            Action: action,
            SourceArn: sourceArn.trim() || undefined,
            SourceAccount: sourceAccount || undefined,
            ...(action === INVOKE_URL && { FunctionUrlAuthType: auth }),
          }),
        );
        await reload();
      }}
    >
      <ColumnLayout columns={2}>
        <FormField
          label="Statement ID"
          errorText={sid === "" || isSid ? undefined : "Letters, digits, hyphens and underscores."}
        >
          <Input value={sid} autoFocus autoComplete={false} onChange={({ detail }) => setSid(detail.value)} />
        </FormField>
        <FormField label="Action">
          <Select
            selectedOption={ACTIONS.find(({ value }) => value === action) ?? null}
            options={ACTIONS}
            onChange={({ detail }) => setAction(detail.selectedOption.value ?? action)}
          />
        </FormField>
      </ColumnLayout>
      {action === INVOKE_URL && (
        <FormField
          label="Authentication of the URL"
          description="The permission holds for URLs of this kind."
        >
          <Select
            selectedOption={AUTH_TYPES.find(({ value }) => value === auth) ?? null}
            options={AUTH_TYPES}
            onChange={({ detail }) => setAuth(detail.selectedOption.value as FunctionUrlAuthType)}
          />
        </FormField>
      )}
      <FormField
        label="Principal"
        description="A service such as events.amazonaws.com, an account of 12 digits, an ARN, or * for everybody."
      >
        <Input value={principal} autoComplete={false} onChange={({ detail }) => setPrincipal(detail.value)} />
      </FormField>
      <ColumnLayout columns={2}>
        <FormField label="Source ARN" description="Only on behalf of this resource; may be empty.">
          <Input
            value={sourceArn}
            autoComplete={false}
            onChange={({ detail }) => setSourceArn(detail.value)}
          />
        </FormField>
        <FormField
          label="Source account"
          description="Only on behalf of this account; may be empty."
          errorText={isAccount ? undefined : "An account has 12 digits."}
        >
          <Input
            value={sourceAccount}
            autoComplete={false}
            onChange={({ detail }) => setSourceAccount(detail.value)}
          />
        </FormField>
      </ColumnLayout>
    </EditDialog>
  );
}
