/** The Lambda service's own errors, with AWS's exact texts. Sources: answers recorded on AWS and the service model. */
import { ApiError } from "./api-error.ts";

const USER = { Type: "User" } as const;

export type ThrottleReason =
  | "CallerRateLimitExceeded"
  | "ConcurrentInvocationLimitExceeded"
  | "FunctionInvocationRateLimitExceeded"
  | "ReservedFunctionConcurrentInvocationLimitExceeded"
  | "ReservedFunctionInvocationRateLimitExceeded";

export function resourceNotFound(message: string): ApiError {
  return new ApiError("ResourceNotFoundException", message, USER);
}

/** For names taken, for what others still need, and for what is just changing. */
export function resourceConflict(message: string): ApiError {
  return new ApiError("ResourceConflictException", message, USER);
}

/** `qualifiedArn` carries a qualifier only where the caller gave one (Invoke always does). Recorded on AWS. */
export function functionNotFound(arn: string): ApiError {
  return resourceNotFound(`Function not found: ${arn}`);
}

export function functionNotReachable(otherRegion: string, region: string): ApiError {
  return resourceNotFound(`Functions from '${otherRegion}' are not reachable in this region ('${region}')`);
}

export function functionAlreadyExists(name: string): ApiError {
  return resourceConflict(`Function already exist: ${name}`);
}

export function invalidParameter(message: string): ApiError {
  return new ApiError("InvalidParameterValueException", message, USER);
}

/** Recorded on AWS. */
export function unzippedTooLarge(bytesMax: number): ApiError {
  return invalidParameter(`Unzipped size must be smaller than ${bytesMax} bytes`);
}

/** The three concurrency refusals that AWS sends without a `Type` member (recorded on AWS). */
export function invalidParameterUntyped(message: string): ApiError {
  return new ApiError("InvalidParameterValueException", message);
}

/** Recorded on AWS; policies and layer policies name an API of their own. */
export function revisionMismatch(
  api: "GetFunction/GetAlias" | "GetPolicy" | "GetLayerPolicy" = "GetFunction/GetAlias",
): ApiError {
  return new ApiError(
    "PreconditionFailedException",
    "The Revision Id provided does not match the latest Revision Id. " +
      `Call the ${api} API to retrieve the latest Revision Id`,
    USER,
  );
}

/** GetPolicy and function URLs have these words for whatever is missing (recorded). */
export function noSuchResource(): ApiError {
  return resourceNotFound("The resource you requested does not exist.");
}

/** Functions and layers have the same words for their policies (recorded). */
export function statementExists(sid: string): ApiError {
  return resourceConflict(
    `The statement id (${sid}) provided already exists. ` +
      "Please provide a new statement id, or remove the existing statement.",
  );
}

export function statementNotFound(sid: string): ApiError {
  return resourceNotFound(`Statement ${sid} is not found in resource policy.`);
}

export function noPolicyAttached(): ApiError {
  return resourceNotFound("No policy is associated with the given resource.");
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

/** What became of a snapshot's restore. Names, statuses and words are the service model's. */
export function failedRestore(why: "error" | "timeout"): ApiError {
  return why === "timeout"
    ? new ApiError(
        "SnapStartTimeoutException",
        "Lambda couldn't restore the snapshot within the timeout limit.",
        USER,
      )
    : new ApiError(
        "SnapStartException",
        "The afterRestore() runtime hook encountered an error. For more information, check the Amazon CloudWatch logs.",
        USER,
      );
}

/** The name and status are the model's, the words its documentation's. */
export function recursiveInvocation(): ApiError {
  return new ApiError(
    "RecursiveInvocationException",
    "Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services resources and stopped your function's invocation.",
    { Type: "User" },
  );
}
