/** Queues as their pages need them: SQS itself, names and URLs, and all that is known of one queue. */
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { clientOf } from "../../kit/clients.ts";
import { allPages } from "../../kit/lambda.ts";

const LISTED_AT_ONCE = 1000;

export function sqs(): SQSClient {
  return clientOf(SQSClient);
}

export interface QueueFacts {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  readonly isFifo: boolean;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly redrive: RedrivePolicy | undefined;
  /** As GetQueueAttributes says them. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface RedrivePolicy {
  readonly deadLetterArn: string;
  readonly receiveCountMax: number;
}

/** By name. */
export function listQueueUrls(): Promise<string[]> {
  return allPages(async (marker) => {
    const answer = await sqs().send(new ListQueuesCommand({ MaxResults: LISTED_AT_ONCE, NextToken: marker }));
    return { items: answer.QueueUrls, next: answer.NextToken };
  });
}

export async function urlOf(name: string): Promise<string> {
  const { QueueUrl = "" } = await sqs().send(new GetQueueUrlCommand({ QueueName: name }));
  return QueueUrl;
}

export async function factsOf(url: string): Promise<QueueFacts> {
  const answer = await sqs().send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }));
  const attributes: Readonly<Record<string, string>> = answer.Attributes ?? {};
  const counted = (kind: string): number => Number(attributes[`ApproximateNumberOfMessages${kind}`] ?? 0);
  return {
    name: nameOfUrl(url),
    url,
    arn: attributes["QueueArn"] ?? "",
    isFifo: attributes["FifoQueue"] === "true",
    visible: counted(""),
    inFlight: counted("NotVisible"),
    delayed: counted("Delayed"),
    redrive: redriveOf(attributes["RedrivePolicy"]),
    attributes,
  };
}

export function nameOfUrl(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}

export function nameOfArn(arn: string): string {
  return arn.slice(arn.lastIndexOf(":") + 1);
}

function redriveOf(text: string | undefined): RedrivePolicy | undefined {
  if (text === undefined || text === "") return undefined;
  const policy = JSON.parse(text) as { deadLetterTargetArn?: string; maxReceiveCount?: number | string };
  return {
    deadLetterArn: policy.deadLetterTargetArn ?? "",
    receiveCountMax: Number(policy.maxReceiveCount ?? 0),
  };
}
