/** Where results and dead letters can be brought, by the service in their ARN. */
import { randomUUID } from "node:crypto";
import { functionArn, LATEST, type Scope } from "../../model/mod.ts";
import type { Delivery, EventHead, MessageText } from "../../store/mod.ts";

/** It will not arrive, however often it is tried. */
export class Undeliverable extends Error {
  override readonly name = "Undeliverable";
}

export interface DestinationPorts {
  /** Durable when it resolves. Throws Undeliverable where there is no such queue, or it does not take the message. */
  readonly sendToQueue: (
    arn: string,
    body: string,
    attributes: Readonly<Record<string, MessageText>>,
    traceHeader: string | undefined,
  ) => Promise<void>;
  /** Durable when it resolves. Throws Undeliverable where there is no such function. */
  readonly invokeFunction: (arn: string, payload: Buffer, traceId: string | undefined) => Promise<void>;
  /** Undefined where no server for topics is known. Throws Undeliverable. */
  readonly publish:
    | ((arn: string, message: string, attributes: Readonly<Record<string, MessageText>>) => Promise<void>)
    | undefined;
  /** Undefined where no server for event buses is known. Throws Undeliverable. */
  readonly putEvent: ((arn: string, event: BusEvent) => Promise<void>) | undefined;
  /** Undefined where no store for objects is known. */
  readonly putObject:
    | ((scope: Scope, bucket: string, key: string, body: string) => Promise<void>)
    | undefined;
}

export interface BusEvent {
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  /** JSON. */
  readonly detail: string;
}

/** Rejects with Undeliverable, or with what may be different another time. */
export async function deliver(
  ports: DestinationPorts,
  { arn, body, attributes, outcome }: Delivery,
  event: EventHead,
  nowMs: number,
): Promise<void> {
  const service = arn.split(":")[2];
  switch (service) {
    case "sqs":
      return ports.sendToQueue(arn, body, attributes ?? {}, event.traceId);
    case "lambda":
      return ports.invokeFunction(arn, Buffer.from(body), event.traceId);
    case "s3":
      if (ports.putObject === undefined) throw notSet("S3");
      return ports.putObject(event.scope, arn.split(":").at(-1) ?? "", objectKey(event, nowMs), body);
    case "sns":
      if (ports.publish === undefined) throw notSet("SNS");
      return ports.publish(arn, body, attributes ?? {});
    case "events":
      if (ports.putEvent === undefined) throw notSet("EVENTBRIDGE");
      return ports.putEvent(arn, {
        source: "lambda",
        detailType: `Lambda Function Invocation Result - ${outcome}`,
        resources: [arn, functionArn(event.scope, event.functionName, event.qualifier ?? LATEST)],
        detail: body,
      });
    default:
      throw new Undeliverable(`${service} is not a service that Lambkin can bring results to yet`);
  }
}

function notSet(name: string): Undeliverable {
  return new Undeliverable(`LAMBKIN_${name}_ENDPOINT_URL is not set`);
}

/** Source: recall. */
function objectKey({ functionName }: EventHead, nowMs: number): string {
  const time = new Date(nowMs).toISOString();
  const day = time.slice(0, 10);
  const clock = time.slice(11, 19).replaceAll(":", ".");
  return `aws/lambda/async/${functionName}/${day.replaceAll("-", "/")}/${day}T${clock}-${randomUUID()}`;
}
