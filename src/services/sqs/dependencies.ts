/** What the operations of SQS work with. */
import type { RequestContext } from "../../model/mod.ts";
import type { QueueStore } from "../../store/mod.ts";
import { missingParameter, queueDoesNotExist } from "./errors.ts";
import { parseQueueUrl } from "./names.ts";
import type { MoveTasks } from "./queue/move-tasks.ts";
import type { Queue } from "./queue/queue.ts";
import type { Queues } from "./queue/queues.ts";

export interface SqsDependencies {
  readonly queues: Queues;
  /** For what is read of queues only: lists. */
  readonly store: QueueStore;
  readonly moveTasks: MoveTasks;
}

/** Throws MissingParameter, InvalidAddress, QueueDoesNotExist. */
export async function queueOf(
  { queues }: Pick<SqsDependencies, "queues">,
  context: RequestContext,
  url: string | undefined,
): Promise<Queue> {
  const address = parseQueueUrl(required(url, "QueueUrl"), context.region);
  const queue = await queues.find(address, address.name);
  if (queue === undefined) throw queueDoesNotExist();
  return queue;
}

/** Throws MissingParameter; an empty text is as good as none. */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined || value === "") throw missingParameter(name);
  return value;
}
