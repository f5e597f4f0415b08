/** Queues as a source of events. */
import type { ReaderParts, Source } from "../reader.ts";
import { checkQueue } from "./queue-for-function.ts";
import type { QueueSource } from "./queue-source.ts";
import { SqsPoller } from "./sqs-poller.ts";

export function sqsSource(queues: QueueSource, parts: ReaderParts): Source {
  return {
    check: ({ sourceArn = "" }, target) => checkQueue(queues, sourceArn, target),
    start: (scope, mapping) => new SqsPoller({ ...parts, queues, scope }, mapping),
  };
}
