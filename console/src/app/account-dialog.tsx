/** Asks for the account whose functions are shown. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { changeSettings } from "./settings.ts";

interface Props {
  readonly account: string;
  readonly onClose: () => void;
}

export function AccountDialog({ account, onClose }: Props): ReactNode {
  const [value, setValue] = useState(account);
  const isValid = /^\d{12}$/.test(value);
  const choose = (): void => {
    if (!isValid) return;
    changeSettings({ account: value });
    onClose();
  };
  return (
    <Modal
      visible
      header="Choose an account"
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button variant="primary" disabled={!isValid} onClick={choose}>
              Show this account
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <FormField
        label="Account"
        description="An access key of 12 digits names the account; any other key means 000000000000."
        errorText={isValid ? undefined : "An account has 12 digits."}
      >
        <Input
          value={value}
          inputMode="numeric"
          onChange={({ detail }) => setValue(detail.value)}
          onKeyDown={({ detail }) => detail.key === "Enter" && choose()}
        />
      </FormField>
    </Modal>
  );
}
