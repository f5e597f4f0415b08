/** Names, ARNs and URLs of queues. */
import type { Scope } from "../../model/mod.ts";
import { invalidAddress, invalidQueueName } from "./errors.ts";

const NAME = /^[A-Za-z0-9_-]{1,80}$/;
const FIFO_NAME = /^[A-Za-z0-9_-]{1,75}\.fifo$/;
const ARN = /^arn:aws[a-z-]*:sqs:([a-z0-9-]+):(\d{12}):([A-Za-z0-9_.-]{1,80})$/;

export interface QueueAddress extends Scope {
  readonly name: string;
}

/** Throws InvalidParameterValue. Source: CreateQueue page; the text is AWS's. */
export function checkQueueName(name: string, isFifo: boolean): void {
  if (!(isFifo ? FIFO_NAME : NAME).test(name)) throw invalidQueueName(isFifo);
}

export function queueArn(scope: Scope, name: string): string {
  return `arn:aws:sqs:${scope.region}:${scope.accountId}:${name}`;
}

export function parseQueueArn(arn: string): QueueAddress | undefined {
  const [, region, accountId, name] = ARN.exec(arn) ?? [];
  if (region === undefined || accountId === undefined || name === undefined) return undefined;
  return { region, accountId, name };
}

/** `baseUrl` is how the client reached us. */
export function queueUrl(baseUrl: string, { accountId, name }: Omit<QueueAddress, "region">): string {
  return `${baseUrl}/${accountId}/${name}`;
}

const URL_PATH = /\/(\d{12})\/([A-Za-z0-9_.-]{1,80})\/?$/;

/** The host does not matter: the same server has many names. Throws InvalidAddress. */
export function parseQueueUrl(url: string, region: string): QueueAddress {
  const [, accountId, name] = URL_PATH.exec(url) ?? [];
  if (accountId === undefined || name === undefined) throw invalidAddress(url);
  return { accountId, region, name };
}
