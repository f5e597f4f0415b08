/** The account's queues, to choose one from. */
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { settings } from "../app/settings.ts";
import { clientOf } from "./clients.ts";
import { allPages } from "./lambda.ts";

const PAGE_ITEMS_MAX = 1000;

export interface Queue {
  readonly name: string;
  readonly arn: string;
}

/** A queue's ARN follows from its URL, `…/<account>/<name>`. */
export async function listQueues(): Promise<Queue[]> {
  const urls = await allPages(async (marker) => {
    const answer = await clientOf(SQSClient).send(
      new ListQueuesCommand({ MaxResults: PAGE_ITEMS_MAX, NextToken: marker }),
    );
    return { items: answer.QueueUrls, next: answer.NextToken };
  });
  return urls.map((url) => {
    const [account = "", name = ""] = url.split("/").slice(-2);
    return { name, arn: `arn:aws:sqs:${settings().region}:${account}:${name}` };
  });
}
