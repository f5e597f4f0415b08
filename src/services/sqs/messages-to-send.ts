/** What SendMessage and each entry of SendMessageBatch say, checked and ready for the queue. */
import { hash, randomUUID } from "node:crypto";
import type { MessageAttributeValue, MessageSystemAttributeValue } from "@aws-sdk/client-sqs";
import { SQS_LIMITS } from "../../config/mod.ts";
import { md5OfAttributes, md5OfBody, type RequestContext, sequenceNumber } from "../../model/mod.ts";
import { hasInvalidCharacters } from "./attributes/characters.ts";
import { attributesBytes, checkedMessageAttributes } from "./attributes/message-attributes.ts";
import {
  invalidCharacters,
  invalidParameter,
  invalidParameterValue,
  messageTooLong,
  missingParameter,
} from "./errors.ts";
import type { Queue } from "./queue/queue.ts";
import type { SendRequest, SendResult } from "./queue/requests.ts";

/** The members that both operations share. */
export interface GivenMessage {
  readonly MessageBody?: string | undefined;
  readonly DelaySeconds?: number | undefined;
  readonly MessageAttributes?: Readonly<Record<string, MessageAttributeValue>> | undefined;
  readonly MessageSystemAttributes?: Readonly<Record<string, MessageSystemAttributeValue>> | undefined;
  readonly MessageDeduplicationId?: string | undefined;
  readonly MessageGroupId?: string | undefined;
}

export interface CheckedMessage {
  readonly request: SendRequest;
  /** Body and attributes. */
  readonly bytes: number;
  /** Whether the trace header was sent as an attribute, and not as a header of the request only. */
  readonly isTraceGiven: boolean;
}

/** Throws MissingParameter, InvalidParameterValue, InvalidMessageContents. */
export function checkedMessage(queue: Queue, context: RequestContext, given: GivenMessage): CheckedMessage {
  const { MessageBody: body } = given;
  if (!body) throw missingParameter("MessageBody");
  if (hasInvalidCharacters(body)) throw invalidCharacters();
  const attributes = checkedMessageAttributes(given.MessageAttributes);
  const bytes = Buffer.byteLength(body) + attributesBytes(attributes);
  if (bytes > queue.settings.messageBytesMax) throw messageTooLong(queue.settings.messageBytesMax);
  const { groupId, deduplicationId } = checkedIds(queue, given, body);
  const traceGiven = traceHeaderOf(given.MessageSystemAttributes);
  const head = {
    id: randomUUID(),
    senderId: context.accountId,
    groupId,
    deduplicationId,
    attributes,
    traceHeader: traceGiven ?? traceOfRequest(context),
  };
  const delayMs = delayMsOf(queue, given.DelaySeconds);
  return {
    request: { head, body, delayMs, deduplicationId },
    bytes,
    isTraceGiven: traceGiven !== undefined,
  };
}

/** The answer's members of one message. */
export function sentMessage(
  queue: Queue,
  { request, isTraceGiven }: CheckedMessage,
  { messageId, sequence }: SendResult,
) {
  const { head, body } = request;
  const attributesMd5 = md5OfAttributes(head.attributes);
  const { traceHeader } = head;
  return {
    MD5OfMessageBody: md5OfBody(body),
    ...(attributesMd5 !== undefined && { MD5OfMessageAttributes: attributesMd5 }),
    ...(isTraceGiven && {
      MD5OfMessageSystemAttributes: md5OfAttributes({
        AWSTraceHeader: { type: "String", text: traceHeader },
      }),
    }),
    MessageId: messageId,
    ...(queue.settings.isFifo && { SequenceNumber: sequenceNumber(sequence) }),
  };
}

/** Of body and attributes as they were given, whether they are valid or not. */
export function givenBytes({ MessageBody = "", MessageAttributes = {} }: GivenMessage): number {
  let bytes = Buffer.byteLength(MessageBody);
  for (const [name, { DataType = "", StringValue = "", BinaryValue }] of Object.entries(MessageAttributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType);
    bytes += Buffer.byteLength(StringValue) + (BinaryValue?.length ?? 0);
  }
  return bytes;
}

/** What every entry of a batch for a FIFO queue needs, or the whole batch is refused (recorded on AWS). */
export function checkBatchIds({ settings }: Queue, entries: readonly GivenMessage[]): void {
  if (!settings.isFifo) return;
  for (const { MessageGroupId, MessageDeduplicationId } of entries) {
    if (!MessageDeduplicationId && !settings.hasContentDeduplication) throw noDeduplicationId();
    if (!MessageGroupId)
      throw invalidParameterValue("The request must contain the parameter MessageGroupId.");
  }
}

function noDeduplicationId(): Error {
  return invalidParameterValue(
    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
  );
}

const ID = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

/** Source: SendMessage page, MessageDeduplicationId and MessageGroupId. Standard queues may have groups since 2025. */
function checkedIds(
  queue: Queue,
  { MessageGroupId: groupId, MessageDeduplicationId: givenId }: GivenMessage,
  body: string,
): { groupId: string | undefined; deduplicationId: string | undefined } {
  const { isFifo, hasContentDeduplication } = queue.settings;
  if (isFifo && groupId === undefined) throw missingParameter("MessageGroupId");
  if (!isFifo && givenId !== undefined) {
    throw invalidParameter(
      givenId,
      "MessageDeduplicationId",
      "The request includes a parameter that is not valid for this queue type.",
    );
  }
  checkId(groupId, "MessageGroupId");
  checkId(givenId, "MessageDeduplicationId");
  if (!isFifo) return { groupId, deduplicationId: undefined };
  if (givenId === undefined && !hasContentDeduplication) throw noDeduplicationId();
  return { groupId, deduplicationId: givenId ?? hash("sha256", body) };
}

/** Throws InvalidParameterValue. */
export function checkId(id: string | undefined, parameter: string): void {
  if (id === undefined || ID.test(id)) return;
  throw invalidParameter(
    id,
    parameter,
    `${parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
  );
}

function delayMsOf(queue: Queue, seconds: number | undefined): number | undefined {
  if (seconds === undefined) return undefined;
  const secondsMax = SQS_LIMITS.delaySecondsMax;
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > secondsMax) {
    throw invalidParameter(seconds, "DelaySeconds", `DelaySeconds must be >= 0 and <= ${secondsMax}.`);
  }
  if (queue.settings.isFifo && seconds > 0) {
    throw invalidParameter(
      seconds,
      "DelaySeconds",
      "The request include parameter that is not valid for this queue type.",
    );
  }
  return seconds * 1000;
}

/** SDKs send the header along, so that a chain of requests goes on. Source: "Amazon SQS and AWS X-Ray" page. */
function traceOfRequest({ traceId }: RequestContext): string | undefined {
  return traceId !== undefined && traceId.length <= SQS_LIMITS.traceHeaderCharactersMax ? traceId : undefined;
}

/** The one system attribute that may be sent. */
function traceHeaderOf(given: GivenMessage["MessageSystemAttributes"]): string | undefined {
  for (const [name, value] of Object.entries(given ?? {})) {
    if (name !== "AWSTraceHeader") {
      throw invalidParameterValue(`Message system attribute name '${name.slice(0, 200)}' is invalid.`);
    }
    if (value.DataType !== "String" || !value.StringValue) {
      throw invalidParameterValue(
        "The message system attribute 'AWSTraceHeader' must contain non-empty message system attribute value " +
          "for message system attribute type 'String'.",
      );
    }
    return value.StringValue;
  }
  return undefined;
}
