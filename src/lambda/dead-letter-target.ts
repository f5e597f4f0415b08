/** Where a function's dead letters may go: queues and topics. */
import { invalidParameter } from "../errors/mod.ts";

const SERVICES = new Set(["sqs", "sns"]);

/** Throws InvalidParameterValueException. Both texts are quoted from AWS by users of Terraform and CloudFormation. */
export function checkDeadLetterTarget(arn: string | undefined): void {
  if (arn === undefined || arn === "") return;
  if (!SERVICES.has(arn.split(":")[2] ?? "")) {
    throw invalidParameter(
      "Invalid dead letter queue ARN: The service specified by the TargetArn is not supported for dead letter configuration.",
    );
  }
  if (arn.endsWith(".fifo")) {
    throw invalidParameter(
      "Invalid dead letter queue ARN: FIFO SQS queue is not supported for dead letter configuration",
    );
  }
}
