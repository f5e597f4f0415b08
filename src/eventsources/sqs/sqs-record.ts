/** A message as its function sees it, and as filters see it. Source: events recorded on AWS. */
import { type MessageAttribute, md5OfAttributes, md5OfBody, sequenceNumber } from "../../model/mod.ts";
import { DataField } from "../filter/data-field.ts";
import { isFifo, type QueueMessage } from "./queue-source.ts";

export interface SqsRecord {
  readonly body: string;
  readonly [member: string]: unknown;
}

export function sqsRecord(queueArn: string, message: QueueMessage): SqsRecord {
  const { head, body } = message;
  const attributes = Object.entries(head.attributes ?? {});
  return {
    messageId: head.id,
    receiptHandle: message.receiptHandle,
    body,
    attributes: systemAttributes(queueArn, message),
    messageAttributes: Object.fromEntries(attributes.map(([name, value]) => [name, shown(value)])),
    md5OfMessageAttributes: md5OfAttributes(head.attributes) ?? null,
    md5OfBody: md5OfBody(body),
    eventSource: "aws:sqs",
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(":")[3],
  };
}

/** What the patterns of a filter are asked about. */
export function filteredView(record: SqsRecord): Readonly<Record<string, unknown>> {
  return { ...record, body: new DataField(record.body) };
}

/** Undefined members are left out when it becomes JSON. */
function systemAttributes(queueArn: string, message: QueueMessage): Record<string, string | undefined> {
  const { head, sentAtMs, receiveCount, firstReceivedAtMs } = message;
  return {
    ApproximateReceiveCount: String(receiveCount),
    AWSTraceHeader: head.traceHeader,
    SentTimestamp: String(sentAtMs),
    SequenceNumber: isFifo(queueArn)
      ? (message.sequenceNumber ?? sequenceNumber(message.sequence))
      : undefined,
    MessageGroupId: head.groupId,
    SenderId: head.senderId,
    MessageDeduplicationId: head.deduplicationId,
    ApproximateFirstReceiveTimestamp: String(firstReceivedAtMs ?? sentAtMs),
    DeadLetterQueueSourceArn: head.deadLetterSourceArn,
  };
}

function shown({ type, text, base64 }: MessageAttribute): Record<string, unknown> {
  return {
    ...(text === undefined ? { binaryValue: base64 } : { stringValue: text }),
    stringListValues: [],
    binaryListValues: [],
    dataType: type,
  };
}
