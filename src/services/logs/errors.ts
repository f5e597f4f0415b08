/**
 * The refusals of CloudWatch Logs. No model has their texts: those of groups and streams are widely quoted from AWS,
 * the others are recall where their docstring does not say more.
 */
import { ApiError } from "../../errors/mod.ts";

export function groupNotFound(): ApiError {
  return new ApiError("ResourceNotFoundException", "The specified log group does not exist.");
}

/** AWS ends this one and its sibling without a full stop. */
export function groupExists(): ApiError {
  return new ApiError("ResourceAlreadyExistsException", "The specified log group already exists");
}

/** Assumed text; the exception is in the service model. */
export function groupProtected(): ApiError {
  return new ApiError(
    "ValidationException",
    "The specified log group has deletion protection enabled. Disable it before deleting the log group.",
  );
}

export function streamNotFound(): ApiError {
  return new ApiError("ResourceNotFoundException", "The specified log stream does not exist.");
}

export function streamExists(): ApiError {
  return new ApiError("ResourceAlreadyExistsException", "The specified log stream already exists");
}

/** What TagResource and its siblings say of an ARN that names nothing. */
export function resourceNotFound(): ApiError {
  return new ApiError("ResourceNotFoundException", "The specified resource does not exist.");
}

/** Source of the text: the exception's documentation in the service model. */
export function tooManyTags(resourceArn: string, tagsMax: number): ApiError {
  const message = `A resource can have no more than ${tagsMax} tags.`;
  return new ApiError("TooManyTagsException", message, { resourceName: resourceArn });
}

export function filterNotFound(kind: "subscription" | "metric"): ApiError {
  return new ApiError("ResourceNotFoundException", `The specified ${kind} filter does not exist.`);
}

export function queryNotFound(): ApiError {
  return new ApiError("ResourceNotFoundException", "The specified query does not exist.");
}

/** The event went with its group, its stream or its time. */
export function recordNotFound(): ApiError {
  return new ApiError("ResourceNotFoundException", "The specified log record does not exist.");
}

export function limitExceeded(): ApiError {
  return new ApiError("LimitExceededException", "Resource limit exceeded.");
}

export function invalidToken(): ApiError {
  return invalidParameter("The specified nextToken is invalid.");
}

export function invalidParameter(message: string): ApiError {
  return new ApiError("InvalidParameterException", message);
}
