/** ReceiveMessage. */
import type { Message, ReceiveMessageRequest, ReceiveMessageResult } from "@aws-sdk/client-sqs";
import { SQS_LIMITS } from "../../../config/mod.ts";
import { md5OfAttributes, md5OfBody, type Operation, sequenceNumber } from "../../../model/mod.ts";
import { chosenAttributes, shownAttributes } from "../attributes/message-attributes.ts";
import { queueOf, type SqsDependencies } from "../dependencies.ts";
import { invalidParameter, unknownAttribute } from "../errors.ts";
import { checkId } from "../messages-to-send.ts";
import type { Queue } from "../queue/queue.ts";
import type { ReceivedMessage } from "../queue/requests.ts";

/** Throws QueueDoesNotExist, OverLimit, InvalidAttributeName, InvalidParameterValue. */
export function receiveMessage(
  dependencies: SqsDependencies,
): Operation<ReceiveMessageRequest, ReceiveMessageResult> {
  return async (request, context) => {
    const queue = await queueOf(dependencies, context, request.QueueUrl);
    const systemNames = systemNamesOf(request);
    const names = request.MessageAttributeNames ?? [];
    const { receiveMessagesMax, waitSecondsMax, visibilitySecondsMax } = SQS_LIMITS;
    const waitSeconds = within(request.WaitTimeSeconds, "WaitTimeSeconds", 0, waitSecondsMax);
    const visibilitySeconds = within(request.VisibilityTimeout, "VisibilityTimeout", 0, visibilitySecondsMax);
    const messages = await queue.receive({
      count: within(request.MaxNumberOfMessages, "MaxNumberOfMessages", 1, receiveMessagesMax) ?? 1,
      visibilityMs: visibilitySeconds === undefined ? undefined : visibilitySeconds * 1000,
      waitMs: waitSeconds === undefined ? undefined : waitSeconds * 1000,
      attemptId: attemptIdOf(queue, request.ReceiveRequestAttemptId),
      whenGone: context.whenGone,
    });
    if (messages.length === 0) return {};
    return { Messages: messages.map((message) => shown(queue, message, systemNames, names)) };
  };
}

function shown(
  queue: Queue,
  message: ReceivedMessage,
  systemNames: ReadonlySet<string>,
  names: readonly string[],
): Message {
  const { head, body, receiptHandle } = message;
  const system = systemAttributes(queue, message);
  const wanted = Object.entries(system).flatMap(([name, value]) =>
    value !== undefined && (systemNames.has(name) || systemNames.has("All")) ? [[name, value]] : [],
  );
  const attributes = chosenAttributes(head.attributes, names);
  return {
    MessageId: head.id,
    ReceiptHandle: receiptHandle,
    MD5OfBody: md5OfBody(body),
    Body: body,
    ...(wanted.length > 0 && { Attributes: Object.fromEntries(wanted) }),
    ...(attributes !== undefined && {
      // Over what is shown, so that a client can check what it sees.
      MD5OfMessageAttributes: md5OfAttributes(attributes),
      MessageAttributes: shownAttributes(attributes),
    }),
  };
}

const SYSTEM_NAMES: readonly string[] = [
  ...["All", "SenderId", "SentTimestamp", "ApproximateReceiveCount", "ApproximateFirstReceiveTimestamp"],
  ...[
    "SequenceNumber",
    "MessageDeduplicationId",
    "MessageGroupId",
    "AWSTraceHeader",
    "DeadLetterQueueSourceArn",
  ],
];

function systemAttributes(
  queue: Queue,
  { head, sentAtMs, receiveCount, firstReceivedAtMs, sequence }: ReceivedMessage,
): Record<string, string | undefined> {
  const { isFifo } = queue.settings;
  return {
    SenderId: head.senderId,
    SentTimestamp: String(sentAtMs),
    ApproximateReceiveCount: String(receiveCount),
    ApproximateFirstReceiveTimestamp: String(firstReceivedAtMs),
    SequenceNumber: isFifo ? sequenceNumber(sequence) : undefined,
    MessageDeduplicationId: isFifo ? head.deduplicationId : undefined,
    MessageGroupId: head.groupId,
    AWSTraceHeader: head.traceHeader,
    DeadLetterQueueSourceArn: head.deadLetterSourceArn,
  };
}

/** Both ways of asking, the old and the new, add up. Names of queue attributes are let pass, as in the old enumeration. */
function systemNamesOf(request: ReceiveMessageRequest): ReadonlySet<string> {
  const names: readonly string[] = [
    ...(request.AttributeNames ?? []),
    ...(request.MessageSystemAttributeNames ?? []),
  ];
  const unknown = request.MessageSystemAttributeNames?.find((name) => !SYSTEM_NAMES.includes(name));
  if (unknown !== undefined) throw unknownAttribute(unknown);
  return new Set(names);
}

function attemptIdOf(queue: Queue, id: string | undefined): string | undefined {
  if (id === undefined || queue.settings.isFifo) {
    checkId(id, "ReceiveRequestAttemptId");
    return id;
  }
  throw invalidParameter(
    id,
    "ReceiveRequestAttemptId",
    "The request includes a parameter that is not valid for this queue type.",
  );
}

function within(value: number | undefined, name: string, min: number, max: number): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return value;
  // Recorded on AWS for the first, quoted from it for the others.
  const range = min > 0 ? `Must be between ${min} and ${max}` : `Must be >= ${min} and <= ${max}`;
  throw invalidParameter(value, name, `${range}, if provided.`);
}
