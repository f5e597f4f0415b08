/** Errors that AWS raises before a service's own code runs; they are in no service model. */
import { ApiError } from "./api-error.ts";

/** HTTP status of each error that no service model declares. Source: CommonErrors page of the Lambda API reference. */
export const FRAMEWORK_ERROR_STATUS: Readonly<Record<string, number>> = {
  AccessDeniedException: 403,
  IncompleteSignatureException: 400,
  InternalFailure: 500,
  InvalidAction: 400,
  InvalidParameterValueException: 400,
  MalformedHttpRequestException: 400,
  MalformedQueryString: 404,
  MissingAction: 400,
  MissingRequiredParameterException: 400,
  RequestEntityTooLargeException: 413,
  RequestTimeoutException: 408,
  // Also said by the product's own paths, which belong to no service.
  ResourceConflictException: 409,
  ResourceNotFoundException: 404,
  SerializationException: 400,
  ServiceUnavailableException: 503,
  TooManyRequestsException: 429,
  UnknownOperationException: 404,
  UnrecognizedClientException: 403,
  UnsupportedOperationException: 400,
  ValidationException: 400,
};

/** `failures` are the texts `Value '…' at '…' failed to satisfy constraint: …`. Source: answers recorded on AWS. */
export function validationError(failures: readonly string[]): ApiError {
  const noun = failures.length === 1 ? "validation error" : "validation errors";
  return new ApiError("ValidationException", `${failures.length} ${noun} detected: ${failures.join("; ")}`);
}

/** Source: observed on AWS for CreateFunction (Request must be smaller than 70167211 bytes …). */
export function requestTooLarge(bytesMax: number, operation: string): ApiError {
  return new ApiError(
    "RequestEntityTooLargeException",
    `Request must be smaller than ${bytesMax} bytes for the ${operation} operation`,
  );
}

export function unknownOperation(what: string): ApiError {
  return new ApiError("UnknownOperationException", `Unknown operation: ${what}`);
}

export function notImplemented(service: string, operation: string): ApiError {
  return new ApiError(
    "UnsupportedOperationException",
    `Lambkin does not implement ${service}:${operation} yet.`,
  );
}

/** A body that cannot be decoded to the operation's input. */
export function serializationError(detail: string): ApiError {
  return new ApiError("SerializationException", detail);
}

/** Source: the text AWS SigV4 front ends give for a header that lacks its parts (observed, widely quoted). */
export function incompleteSignature(missing: readonly string[], header: string): ApiError {
  const parts = missing.map((part) => `Authorization header requires '${part}' parameter.`);
  return new ApiError("IncompleteSignatureException", `${parts.join(" ")} Authorization=${header}`);
}
