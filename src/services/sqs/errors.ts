/**
 * The refusals of SQS. Codes and statuses are the service model's; no model has their texts: they are quoted widely from AWS
 * (by its users and by other people's tests against it) unless a docstring says otherwise.
 */
import { ApiError } from "../../errors/mod.ts";

export function queueDoesNotExist(): ApiError {
  return new ApiError("QueueDoesNotExist", "The specified queue does not exist.");
}

export function queueNameExists(attribute: string): ApiError {
  return new ApiError(
    "QueueNameExists",
    `A queue already exists with the same name and a different value for attribute ${attribute}`,
  );
}

export function queueDeletedRecently(): ApiError {
  return new ApiError(
    "QueueDeletedRecently",
    "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
  );
}

export function purgeInProgress(name: string): ApiError {
  return new ApiError(
    "PurgeQueueInProgress",
    `Only one PurgeQueue operation on ${name} is allowed every 60 seconds.`,
  );
}

export function invalidQueueName(isFifo: boolean): ApiError {
  return invalidParameterValue(
    isFifo
      ? "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, " +
          "must end with .fifo suffix and be 1 to 80 in length."
      : "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
  );
}

export function invalidAddress(url: string): ApiError {
  return new ApiError("InvalidAddress", `The address ${url.slice(0, 200)} is not valid for this endpoint.`);
}

export function unknownAttribute(name: string): ApiError {
  return new ApiError("InvalidAttributeName", `Unknown Attribute ${name.slice(0, 200)}.`);
}

export function invalidAttributeValue(name: string, reason?: string): ApiError {
  const why = reason === undefined ? "" : ` Reason: ${reason}`;
  return new ApiError("InvalidAttributeValue", `Invalid value for the parameter ${name}.${why}`);
}

export function fifoOnlyAttribute(name: string): ApiError {
  return new ApiError(
    "InvalidAttributeName",
    `You can specify the ${name} only when FifoQueue is set to true.`,
  );
}

/** Recorded on AWS: the name is blamed, though both names are known. */
export function twoKindsOfEncryption(): ApiError {
  return new ApiError(
    "InvalidAttributeName",
    "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.",
  );
}

/** Recorded on AWS. */
export function fixedQueueType(): ApiError {
  return invalidAttributeValue("FifoQueue", "Modifying queue type is not supported.");
}

/** For a policy whose parts do not fit together. */
export function invalidPolicy(name: string, value: string, reason: string): ApiError {
  return invalidParameterValue(
    `Value ${value.slice(0, 1000)} for parameter ${name} is invalid. Reason: ${reason}`,
  );
}

export function invalidParameterValue(message: string): ApiError {
  return new ApiError("InvalidParameterValueException", message);
}

export function invalidParameter(value: unknown, parameter: string, reason: string): ApiError {
  const shown = String(value).slice(0, 1000);
  return invalidParameterValue(`Value ${shown} for parameter ${parameter} is invalid. Reason: ${reason}`);
}

export function missingParameter(name: string): ApiError {
  return new ApiError("MissingRequiredParameterException", `The request must contain the parameter ${name}.`);
}

export function messageTooLong(bytesMax: number): ApiError {
  return invalidParameterValue(
    `One or more parameters are invalid. Reason: Message must be shorter than ${bytesMax} bytes.`,
  );
}

export function invalidCharacters(): ApiError {
  return new ApiError(
    "InvalidMessageContents",
    "Invalid characters found. Valid unicode characters are " +
      "#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
  );
}

export function invalidHandle(handle: string): ApiError {
  return new ApiError(
    "ReceiptHandleIsInvalid",
    `The input receipt handle "${handle.slice(0, 1000)}" is not a valid receipt handle.`,
  );
}

export function handleExpired(handle: string): ApiError {
  return invalidParameter(handle, "ReceiptHandle", "The receipt handle has expired.");
}

export function messageNotInFlight(handle: string): ApiError {
  return invalidParameter(
    handle,
    "ReceiptHandle",
    "Message does not exist or is not available for visibility timeout change.",
  );
}

export function visibilityTooLong(seconds: number, secondsMax: number): ApiError {
  return invalidParameter(
    seconds,
    "VisibilityTimeout",
    `Total VisibilityTimeout for the message is beyond the limit [${secondsMax} seconds]`,
  );
}

/** Assumed text; the exception is in the service model. */
export function tooManyInFlight(): ApiError {
  return new ApiError(
    "OverLimit",
    "Too many messages are in flight: delete some of those that were received.",
  );
}

export function emptyBatch(entry: string): ApiError {
  return new ApiError("EmptyBatchRequest", `There should be at least one ${entry} in the request.`);
}

export function tooManyEntries(entriesMax: number, entries: number): ApiError {
  return new ApiError(
    "TooManyEntriesInBatchRequest",
    `Maximum number of entries per request are ${entriesMax}. You have sent ${entries}.`,
  );
}

export function entryIdsNotDistinct(id: string): ApiError {
  return new ApiError("BatchEntryIdsNotDistinct", `Id ${id} repeated.`);
}

export function invalidEntryId(): ApiError {
  return new ApiError(
    "InvalidBatchEntryId",
    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. " +
      "It can be at most 80 letters long.",
  );
}

export function batchTooLong(bytesMax: number, bytes: number): ApiError {
  return new ApiError(
    "BatchRequestTooLong",
    `Batch requests cannot be longer than ${bytesMax} bytes. You have sent ${bytes} bytes.`,
  );
}

export function resourceNotFound(message: string): ApiError {
  return new ApiError("ResourceNotFoundException", message);
}

export function overLimit(message: string): ApiError {
  return new ApiError("OverLimit", message);
}
