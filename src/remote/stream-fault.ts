/** What servers of streams refuse with, in the words of a reader. Source: errors of the API references of Kinesis and DynamoDB Streams. */
import { StreamFault } from "../eventsources/mod.ts";

const KINDS: Readonly<Record<string, StreamFault["kind"]>> = {
  ResourceNotFoundException: "missing",
  ExpiredIteratorException: "expired",
  TrimmedDataAccessException: "trimmed",
  // A sequence number that is not of this shard; the other arguments are always the same.
  InvalidArgumentException: "trimmed",
  ProvisionedThroughputExceededException: "busy",
  LimitExceededException: "busy",
  KMSThrottlingException: "busy",
};

/** Every other error stays as it is. */
export function streamFault(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const kind = KINDS[error.name];
  return kind === undefined ? error : new StreamFault(kind, error.message, { cause: error });
}
