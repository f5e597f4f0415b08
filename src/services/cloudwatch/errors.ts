/** The refusals of CloudWatch. Exceptions are the service model's; texts are quoted from AWS where users quote them, the others are recall. */
import { ApiError } from "../../errors/mod.ts";

export function invalidValue(message: string): ApiError {
  return new ApiError("InvalidParameterValueException", message);
}

export function invalidCombination(message: string): ApiError {
  return new ApiError("InvalidParameterCombinationException", message);
}

export function missingParameter(message: string): ApiError {
  return new ApiError("MissingRequiredParameterException", message);
}

/** Of GetMetricData and PutMetricAlarm, whose checks came later than the others'. */
export function validationFailed(message: string): ApiError {
  return new ApiError("ValidationException", message);
}

export function invalidToken(): ApiError {
  return new ApiError("InvalidNextToken", "The NextToken is invalid.");
}

export function alarmNotFound(name: string): ApiError {
  return new ApiError("ResourceNotFound", `Alarm ${name.slice(0, 255)} does not exist`);
}

/** What the operations on tags say. */
export function resourceNotFound(arn: string): ApiError {
  const members = { ResourceType: "alarm", ResourceId: arn };
  return new ApiError("ResourceNotFoundException", `Unknown resource ${arn.slice(0, 1024)}`, members);
}

export function tooManyAlarms(alarmsMax: number): ApiError {
  return new ApiError("LimitExceededFault", `The maximum number of alarms (${alarmsMax}) has been reached`);
}
