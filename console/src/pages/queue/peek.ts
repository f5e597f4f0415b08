/** Looks at what a queue holds without keeping it from anybody else. */
import { type Message, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { sqs } from "../queues/sqs.ts";

export const PEEKED_MAX = 50;
/** What SQS gives at once. */
const RECEIVED_MAX = 10;
/** The same may come again, in no strict order: so many fruitless receives are an answer. */
const FRUITLESS_MAX = 2;

/** Each message once, as it was seen last: its latest receipt is the one that deletes it. */
export async function peek(url: string): Promise<Message[]> {
  const seen = new Map<string, Message>();
  let fruitless = 0;
  while (seen.size < PEEKED_MAX && fruitless < FRUITLESS_MAX) {
    const { Messages = [] } = await sqs().send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        VisibilityTimeout: 0,
        WaitTimeSeconds: 0,
        MaxNumberOfMessages: RECEIVED_MAX,
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["All"],
      }),
    );
    if (Messages.length === 0) break;
    const before = seen.size;
    for (const message of Messages) seen.set(message.MessageId ?? "", message);
    fruitless = seen.size === before ? fruitless + 1 : 0;
  }
  return [...seen.values()].sort((a, b) => sentMs(a) - sentMs(b)).slice(0, PEEKED_MAX);
}

/** Epoch milliseconds. */
export function sentMs(message: Message): number {
  return Number(message.Attributes?.SentTimestamp ?? 0);
}
