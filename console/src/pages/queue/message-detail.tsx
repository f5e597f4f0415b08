/** All of one message: its body, JSON set out in lines, and every attribute. */
import type { Message } from "@aws-sdk/client-sqs";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { time } from "../../kit/words.ts";
import { attributeText } from "./message-attributes.ts";
import "./message.css";

interface Props {
  readonly message: Message;
  readonly onClose: () => void;
}

export function MessageDetail({ message, onClose }: Props): ReactNode {
  const { Body = "", Attributes = {}, MessageAttributes = {} } = message;
  const own = Object.entries(MessageAttributes);
  return (
    <Modal
      visible
      size="large"
      header={`Message ${message.MessageId}`}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <Button onClick={onClose}>Close</Button>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <div>
          <Box variant="h3">
            Body{" "}
            <CopyToClipboard
              variant="icon"
              textToCopy={Body}
              copyButtonAriaLabel="Copy the body"
              copySuccessText="Copied"
              copyErrorText="Could not be copied"
            />
          </Box>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre className="message-body" tabIndex={0}>
            {setOut(Body)}
          </pre>
        </div>
        <div>
          <Box variant="h3">Message attributes</Box>
          {own.length === 0 ? (
            "None"
          ) : (
            <KeyValuePairs
              columns={2}
              items={own.map(([name, value]) => ({ label: name, value: attributeText(value) }))}
            />
          )}
        </div>
        <div>
          <Box variant="h3">System attributes</Box>
          <KeyValuePairs
            columns={2}
            items={Object.entries(Attributes).map(([name, value]) => ({
              label: name,
              value: name.endsWith("Timestamp") ? time(Number(value)) : value,
            }))}
          />
        </div>
      </SpaceBetween>
    </Modal>
  );
}

function setOut(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    return body;
  }
}
