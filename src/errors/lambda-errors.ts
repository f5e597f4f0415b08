/** The Lambda service's own errors, with AWS's exact texts. Sources: answers recorded on AWS and the service model. */
import { ApiError } from "./api-error.ts";

const USER = { Type: "User" } as const;

export type ThrottleReason =
  | "CallerRateLimitExceeded"
  | "ConcurrentInvocationLimitExceeded"
  | "ReservedFunctionConcurrentInvocationLimitExceeded";

/** `qualifiedArn` carries a qualifier only where the caller gave one (Invoke always does). Recorded on AWS. */
export function functionNotFound(arn: string): ApiError {
  return new ApiError("ResourceNotFoundException", `Function not found: ${arn}`, USER);
}

export function functionNotReachable(otherRegion: string, region: string): ApiError {
  return new ApiError(
    "ResourceNotFoundException",
    `Functions from '${otherRegion}' are not reachable in this region ('${region}')`,
    USER,
  );
}

export function functionAlreadyExists(name: string): ApiError {
  return new ApiError("ResourceConflictException", `Function already exist: ${name}`, USER);
}

export function invalidParameter(message: string): ApiError {
  return new ApiError("InvalidParameterValueException", message, USER);
}

/** The three concurrency refusals that AWS sends without a `Type` member (recorded on AWS). */
export function invalidParameterUntyped(message: string): ApiError {
  return new ApiError("InvalidParameterValueException", message);
}

/** Recorded on AWS for both missing and stale revisions. */
export function revisionMismatch(): ApiError {
  return new ApiError(
    "PreconditionFailedException",
    "The Revision Id provided does not match the latest Revision Id. " +
      "Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
    USER,
  );
}

/** The reserved text is recorded on AWS; the unreserved one has the same words and its own Reason (service model). */
export function throttled(reason: ThrottleReason): ApiError {
  return new ApiError("TooManyRequestsException", "Rate Exceeded.", { ...USER, Reason: reason });
}

export function invalidRequestContent(message: string): ApiError {
  return new ApiError("InvalidRequestContentException", message, USER);
}

/** Source: service model (413) and user reports of the text. */
export function invokeRequestTooLarge(bytesMax: number): ApiError {
  return new ApiError(
    "RequestTooLargeException",
    `Request must be smaller than ${bytesMax} bytes for the InvokeFunction operation`,
    USER,
  );
}

export function eventPayloadTooLarge(payloadBytes: number, bytesMax: number): ApiError {
  return new ApiError(
    "RequestTooLargeException",
    `${payloadBytes} byte payload is too large for the Event invocation type (limit ${bytesMax} bytes)`,
    USER,
  );
}

export function accessDenied(message: string | null): ApiError {
  return new ApiError("AccessDeniedException", message);
}
