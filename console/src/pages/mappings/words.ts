/** Event source mappings in words. */
import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";

export type Mapping = EventSourceMappingConfiguration;

/** `orders` and `SQS` of `arn:aws:sqs:…:orders`. */
export function sourceOf({ EventSourceArn, SelfManagedEventSource }: Mapping): {
  readonly name: string;
  readonly kind: string;
} {
  if (EventSourceArn === undefined) {
    const servers = Object.values(SelfManagedEventSource?.Endpoints ?? {}).flat();
    return { name: servers.join(", ") || "Self-managed", kind: "Apache Kafka" };
  }
  const [, , service = "", , , ...rest] = EventSourceArn.split(":");
  return { name: rest.join(":").replace(/^(stream|table)\//, ""), kind: KINDS[service] ?? service };
}

const KINDS: Readonly<Record<string, string>> = {
  sqs: "SQS",
  kinesis: "Kinesis",
  dynamodb: "DynamoDB",
  kafka: "Managed Kafka",
  mq: "Amazon MQ",
  rds: "DocumentDB",
};

/** Function and, after a colon, the version or alias that is called. */
export function functionOf({ FunctionArn = "" }: Mapping): { readonly name: string; readonly label: string } {
  const [name = "", qualifier] = FunctionArn.split(":").slice(6);
  return { name, label: qualifier === undefined ? name : `${name}:${qualifier}` };
}

export function isQueue({ EventSourceArn = "" }: Mapping): boolean {
  return EventSourceArn.startsWith("arn:aws:sqs:");
}

export function isFifo(arn: string | undefined): boolean {
  return arn?.endsWith(".fifo") === true;
}

/** While it is on its way from one state to another the server takes no other change. */
export function isSettled({ State }: Mapping): boolean {
  return State === "Enabled" || State === "Disabled";
}

export function batchOf({ BatchSize, MaximumBatchingWindowInSeconds: seconds = 0 }: Mapping): string {
  const size = `up to ${BatchSize}`;
  return seconds === 0 ? size : `${size}, within ${seconds} s`;
}
