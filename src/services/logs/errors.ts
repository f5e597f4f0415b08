/** The refusals of CloudWatch Logs, in AWS's words (observed, widely quoted; none is in a model). */
import { ApiError } from "../../errors/mod.ts";

export function groupNotFound(): ApiError {
  return new ApiError("ResourceNotFoundException", "The specified log group does not exist.");
}

export function groupExists(): ApiError {
  return new ApiError("ResourceAlreadyExistsException", "The specified log group already exists");
}

export function streamNotFound(): ApiError {
  return new ApiError("ResourceNotFoundException", "The specified log stream does not exist.");
}

export function streamExists(): ApiError {
  return new ApiError("ResourceAlreadyExistsException", "The specified log stream already exists");
}

export function invalidParameter(message: string): ApiError {
  return new ApiError("InvalidParameterException", message);
}
