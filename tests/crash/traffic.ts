/** Clients that go on through crashes: each notes what was acknowledged, and takes nothing else for granted. */
import { setTimeout as pause } from "node:timers/promises";

const signedFor = (service: string): string =>
  `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
const RETRY_MS = 20;
const GROUPS = ["a", "b", "c"];

export interface Traffic {
  /** Ids of events that got their 202, and of those among them whose function is to fail. */
  readonly events: Set<number>;
  readonly failing: Set<number>;
  /** Ids of messages whose send, and whose delete, was acknowledged. */
  readonly sent: Set<number>;
  readonly deleted: Set<number>;
  /** Those whose delete was asked for: they may be gone. */
  readonly perhapsDeleted: Set<number>;
  /** Messages for the function that the mapping feeds. */
  readonly mapped: Set<number>;
  /** By group: how many messages were acknowledged, and the number up to which they were deleted. */
  readonly fifoSent: Map<string, number>;
  /** What must not happen and did. */
  readonly violations: string[];
  /** Ends the clients; resolves when the last has noted what it saw. */
  stop(): Promise<void>;
}

export interface Places {
  readonly url: string;
  readonly queue: string;
  readonly fifo: string;
  readonly mapped: string | undefined;
  readonly functionName: string;
}

/** Undefined when no answer came: it may have happened or not. */
type Answer = { readonly status: number; readonly body: Record<string, unknown> } | undefined;

export function startTraffic(places: Places): Traffic {
  let isOver = false;
  let number = 0;
  const traffic = {
    events: new Set<number>(),
    failing: new Set<number>(),
    sent: new Set<number>(),
    deleted: new Set<number>(),
    perhapsDeleted: new Set<number>(),
    mapped: new Set<number>(),
    fifoSent: new Map(GROUPS.map((group) => [group, 0])),
    violations: [] as string[],
  };

  async function call(path: string, headers: Record<string, string>, body: string): Promise<Answer> {
    try {
      const answer = await fetch(places.url + path, {
        method: "POST",
        headers: { Authorization: signedFor(path === "/" ? "sqs" : "lambda"), ...headers },
        body,
        signal: AbortSignal.timeout(30_000),
      });
      const text = await answer.text();
      return { status: answer.status, body: text.startsWith("{") ? JSON.parse(text) : {} };
    } catch {
      await pause(RETRY_MS);
      return undefined;
    }
  }
  const sqs = (operation: string, input: object): Promise<Answer> => {
    const headers = {
      "Content-Type": "application/x-amz-json-1.0",
      "X-Amz-Target": `AmazonSQS.${operation}`,
    };
    return call("/", headers, JSON.stringify(input));
  };
  /** A refusal in the middle of ordinary traffic is a finding. */
  function expectOk(answer: Answer, what: string): boolean {
    if (answer === undefined) return false;
    if (answer.status < 300) return true;
    traffic.violations.push(`${what}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return false;
  }

  async function sendEvents(): Promise<void> {
    while (!isOver) {
      const id = ++number;
      const fails = id % 10 === 0;
      const path = `/2015-03-31/functions/${places.functionName}/invocations`;
      const headers = { "X-Amz-Invocation-Type": "Event", "Content-Type": "application/json" };
      if (!expectOk(await call(path, headers, JSON.stringify({ id, fails })), "Invoke")) continue;
      traffic.events.add(id);
      if (fails) traffic.failing.add(id);
      await pause(2);
    }
  }

  async function sendMessages(queue: string, acknowledged: Set<number>): Promise<void> {
    while (!isOver) {
      const ids = Array.from({ length: 5 }, () => ++number);
      const Entries = ids.map((id) => ({ Id: String(id), MessageBody: String(id) }));
      if (expectOk(await sqs("SendMessageBatch", { QueueUrl: queue, Entries }), "SendMessageBatch")) {
        for (const id of ids) acknowledged.add(id);
      }
      await pause(10);
    }
  }

  async function receiveMessages(): Promise<void> {
    while (!isOver) {
      const deletedBefore = new Set(traffic.deleted);
      const answer = await sqs("ReceiveMessage", {
        QueueUrl: places.queue,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 2,
      });
      if (!expectOk(answer, "ReceiveMessage")) continue;
      for (const { Body, ReceiptHandle } of (answer?.body["Messages"] ?? []) as Received[]) {
        const id = Number(Body);
        if (deletedBefore.has(id)) traffic.violations.push(`message ${id} came back after its delete`);
        // Some stay for later.
        if (id % 7 === 0) continue;
        traffic.perhapsDeleted.add(id);
        const removed = await sqs("DeleteMessage", { QueueUrl: places.queue, ReceiptHandle });
        if (expectOk(removed, "DeleteMessage")) traffic.deleted.add(id);
      }
    }
  }

  /** One after the other in each group; what was not acknowledged is sent again under the same id. */
  async function sendInOrder(group: string): Promise<void> {
    for (let next = 1; !isOver; ) {
      const answer = await sqs("SendMessage", {
        QueueUrl: places.fifo,
        MessageBody: String(next),
        MessageGroupId: group,
        MessageDeduplicationId: `${group}-${next}`,
      });
      if (!expectOk(answer, "SendMessage (FIFO)")) continue;
      traffic.fifoSent.set(group, next++);
      await pause(10);
    }
  }

  const order = new OrderCheck(traffic.violations);
  async function receiveInOrder(): Promise<void> {
    while (!isOver) {
      const answer = await sqs("ReceiveMessage", {
        QueueUrl: places.fifo,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 2,
        MessageSystemAttributeNames: ["MessageGroupId"],
      });
      if (!expectOk(answer, "ReceiveMessage (FIFO)")) continue;
      for (const { Body, ReceiptHandle, Attributes } of (answer?.body["Messages"] ?? []) as Received[]) {
        const group = Attributes?.["MessageGroupId"] ?? "";
        const place = Number(Body);
        order.received(group, place);
        const removed = await sqs("DeleteMessage", { QueueUrl: places.fifo, ReceiptHandle });
        if (removed?.status === 200) order.deleted(group, place);
        // The rest of the batch is of no use while an earlier one may come again.
        else break;
      }
    }
  }

  const clients = [
    ...Array.from({ length: 3 }, sendEvents),
    sendMessages(places.queue, traffic.sent),
    receiveMessages(),
    ...(places.mapped === undefined ? [] : [sendMessages(places.mapped, traffic.mapped)]),
    ...GROUPS.map(sendInOrder),
    receiveInOrder(),
  ];
  return {
    ...traffic,
    stop: async () => {
      isOver = true;
      await Promise.all(clients);
    },
  };
}

interface Received {
  readonly Body: string;
  readonly ReceiptHandle: string;
  readonly Attributes?: Readonly<Record<string, string>>;
}

/** What a group's one reader may see: the next message, or one that it could not delete; never a later or a deleted one. */
class OrderCheck {
  readonly #violations: string[];
  readonly #seen = new Map<string, number>();
  readonly #deleted = new Map<string, number>();

  constructor(violations: string[]) {
    this.#violations = violations;
  }

  received(group: string, place: number): void {
    const seen = this.#seen.get(group) ?? 0;
    if (place > seen + 1) this.#violations.push(`group ${group}: ${place} came after ${seen}`);
    if (place <= (this.#deleted.get(group) ?? 0)) {
      this.#violations.push(`group ${group}: ${place} came back after its delete`);
    }
    this.#seen.set(group, Math.max(seen, place));
  }

  deleted(group: string, place: number): void {
    this.#deleted.set(group, Math.max(this.#deleted.get(group) ?? 0, place));
  }
}
