/** Message move tasks: one at a time for a queue, in the background, taken up again when the server starts. */
import { randomUUID } from "node:crypto";
import type { ListMessageMoveTasksResultEntry } from "@aws-sdk/client-sqs";
import type { Clock } from "../../../kit/mod.ts";
import type { MoveTaskRecord, QueueStore, StoredMessage } from "../../../store/mod.ts";
import { invalidParameterValue, resourceNotFound } from "../errors.ts";
import type { Queue } from "./queue.ts";
import type { Queues } from "./queues.ts";

export interface MoveTaskSettings {
  /** Undefined: each message goes back to the queue that gave it up. */
  readonly destinationArn: string | undefined;
  /** Messages a second; undefined: as fast as it goes. */
  readonly rate: number | undefined;
}

type Status = "RUNNING" | "COMPLETED" | "CANCELLING" | "CANCELLED" | "FAILED";

interface Task {
  readonly id: string;
  readonly source: Queue;
  readonly settings: MoveTaskSettings;
  readonly startedAtMs: number;
  readonly toMove: number;
  moved: number;
  status: Status;
  failure: string | undefined;
}

interface RunningTask {
  readonly task: Task;
  readonly ended: Promise<void>;
  readonly wake: () => void;
}

export interface MoveTasksOptions {
  readonly store: QueueStore;
  readonly queues: Queues;
  readonly reportFault: (error: unknown) => void;
}

const BATCH = 100;
const SECOND_MS = 1000;

export class MoveTasks {
  readonly #store: QueueStore;
  readonly #queues: Queues;
  readonly #clock: Clock;
  readonly #reportFault: (error: unknown) => void;
  /** Running ones, by the queue they empty. */
  readonly #running = new Map<Queue, RunningTask>();
  #isClosed = false;

  constructor({ store, queues, reportFault }: MoveTasksOptions) {
    this.#store = store;
    this.#queues = queues;
    this.#clock = queues.clock;
    this.#reportFault = reportFault;
  }

  /** Returns the task's handle. Throws InvalidParameterValue while another one runs (recorded on AWS). */
  async start(source: Queue, settings: MoveTaskSettings): Promise<string> {
    const { visible, delayed } = await source.counts();
    if (this.#running.has(source)) {
      throw invalidParameterValue(
        "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
      );
    }
    const startedAtMs = this.#clock.nowMs();
    const state = { moved: 0, status: "RUNNING", failure: undefined } as const;
    const task = { id: randomUUID(), source, settings, startedAtMs, toMove: visible + delayed, ...state };
    const written = this.#write(task);
    this.#launch(task, written);
    await written;
    return handleOf(task);
  }

  /**
   * Returns how many were moved. Throws InvalidParameterValue for what is no handle, ResourceNotFoundException when its queue
   * is gone or no such task is running. Source: recorded on AWS.
   */
  async cancel(handle: string): Promise<number> {
    const decoded = decodeHandle(handle);
    if (decoded === undefined) throw invalidParameterValue("Value for parameter TaskHandle is invalid.");
    const source = await this.#queues.findByArn(decoded.sourceArn);
    if (source === undefined) {
      throw resourceNotFound("The resource that you specified for the SourceArn parameter doesn't exist.");
    }
    const running = this.#running.get(source);
    if (running?.task.id !== decoded.taskId || running.task.status !== "RUNNING") {
      throw resourceNotFound("Task does not exist.");
    }
    return this.#cancel(running);
  }

  async #cancel({ task, ended, wake }: RunningTask): Promise<number> {
    task.status = "CANCELLING";
    wake();
    await ended;
    return task.moved;
  }

  async list(source: Queue, limit: number): Promise<ListMessageMoveTasksResultEntry[]> {
    const running = this.#running.get(source)?.task;
    const records = await this.#store.listMoveTasks(source.record.id, limit);
    return records.map((record) => shown(record.id === running?.id ? documentOf(running) : record.document));
  }

  /** For a queue that is about to be deleted. */
  async forget(source: Queue): Promise<void> {
    const running = this.#running.get(source);
    if (running?.task.status === "RUNNING") await this.#cancel(running);
    else await running?.ended;
  }

  /** Goes on with what a stop or a crash interrupted. */
  async resume(): Promise<void> {
    for (const { queue, task } of await this.#store.runningMoveTasks()) {
      const source = await this.#queues.find(queue, queue.name);
      if (source === undefined) continue;
      const document = task.document as unknown as Document;
      const { destinationArn, rate, toMove, moved } = document;
      const settings = { destinationArn, rate };
      const state = { toMove, moved, status: "RUNNING", failure: undefined } as const;
      const running = { id: task.id, source, settings, startedAtMs: task.startedAtMs, ...state };
      this.#launch(running, Promise.resolve());
    }
  }

  /** Running tasks stay on the list for the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const running = [...this.#running.values()];
    for (const { wake } of running) wake();
    await Promise.all(running.map(({ ended }) => ended));
  }

  /** `written`: the task is on record as running; only then it begins, or its end could be overwritten by its beginning. */
  #launch(task: Task, written: Promise<void>): void {
    let wake: () => void = () => {};
    const pause = (ms: number): Promise<void> =>
      new Promise((resolve) => {
        const timer = this.#clock.after(ms, resolve);
        wake = () => {
          timer.cancel();
          resolve();
        };
      });
    // Whoever asked for it hears that it could not be recorded.
    const ended = written
      .then(
        () => this.#run(task, pause).catch(this.#reportFault),
        () => {},
      )
      .finally(() => this.#running.delete(task.source));
    this.#running.set(task.source, { task, ended, wake: () => wake() });
  }

  /** Ends when the queue is empty, or as many were moved as there were at the start. */
  async #run(task: Task, pause: (ms: number) => Promise<void>): Promise<void> {
    const { rate } = task.settings;
    try {
      while (task.status === "RUNNING" && !this.#isClosed) {
        const left = task.toMove - task.moved;
        const count = Math.min(BATCH, left, rate ?? BATCH);
        const moved = count <= 0 ? 0 : await this.#moveSome(task, count);
        if (moved === 0) {
          task.status = "COMPLETED";
          break;
        }
        task.moved += moved;
        await this.#write(task);
        if (rate !== undefined) await pause((moved / rate) * SECOND_MS);
      }
    } catch (error) {
      task.status = "FAILED";
      task.failure = error instanceof MoveFailure ? error.message : "CouldNotMoveMessages";
      if (!(error instanceof MoveFailure)) this.#reportFault(error);
    }
    if (task.status === "CANCELLING") task.status = "CANCELLED";
    await this.#write(task);
  }

  async #moveSome({ source, settings }: Task, count: number): Promise<number> {
    const messages = await source.takeForMove(count);
    try {
      for (const [arn, group] of byDestination(messages, settings.destinationArn)) {
        const target = arn === undefined ? undefined : await this.#queues.findByArn(arn);
        if (target === undefined) throw new MoveFailure("AWS.SimpleQueueService.NonExistentQueue");
        // In its new place it is a new message (documented): another id, another time of sending.
        const sentAtMs = this.#clock.nowMs();
        await source.move(group, target, () => ({
          head: { id: randomUUID(), deadLetterSourceArn: undefined },
          sentAtMs,
        }));
      }
    } catch (error) {
      await source.putBack(messages);
      throw error;
    }
    return messages.length;
  }

  async #write(task: Task): Promise<void> {
    const { id, source, startedAtMs } = task;
    const isRunning = task.status === "RUNNING" || task.status === "CANCELLING";
    const document = { ...documentOf(task) };
    await this.#store.writeMoveTask({ id, queueId: source.record.id, startedAtMs, isRunning, document });
  }
}

/** The other queue is not there, or nobody knows which it was. */
class MoveFailure extends Error {
  override readonly name = "MoveFailure";
}

interface Document extends MoveTaskSettings {
  readonly id: string;
  readonly sourceArn: string;
  readonly startedAtMs: number;
  readonly toMove: number;
  readonly moved: number;
  readonly status: Status;
  readonly failure: string | undefined;
}

function documentOf({ id, source, settings, startedAtMs, toMove, moved, status, failure }: Task): Document {
  return { id, sourceArn: source.arn, ...settings, startedAtMs, toMove, moved, status, failure };
}

/** A handle is shown of running tasks only (documented). */
function shown(document: MoveTaskRecord["document"] | Document): ListMessageMoveTasksResultEntry {
  const { id, sourceArn, destinationArn, rate, startedAtMs, toMove, moved, status, failure } =
    document as unknown as Document;
  return {
    ...(status === "RUNNING" && { TaskHandle: encodeHandle(id, sourceArn) }),
    Status: status,
    SourceArn: sourceArn,
    ...(destinationArn !== undefined && { DestinationArn: destinationArn }),
    ...(rate !== undefined && { MaxNumberOfMessagesPerSecond: rate }),
    ApproximateNumberOfMessagesMoved: moved,
    ApproximateNumberOfMessagesToMove: toMove,
    ...(failure !== undefined && { FailureReason: failure }),
    StartedTimestamp: startedAtMs,
  };
}

function handleOf({ id, source }: Task): string {
  return encodeHandle(id, source.arn);
}

/** The form that AWS's handles have. */
function encodeHandle(id: string, sourceArn: string): string {
  return Buffer.from(JSON.stringify({ taskId: id, sourceArn })).toString("base64");
}

function decodeHandle(handle: string): { readonly taskId: string; readonly sourceArn: string } | undefined {
  try {
    const { taskId, sourceArn } = JSON.parse(Buffer.from(handle, "base64").toString()) as Record<
      string,
      unknown
    >;
    return typeof taskId === "string" && typeof sourceArn === "string" ? { taskId, sourceArn } : undefined;
  } catch {
    return undefined;
  }
}

/** In order within each destination. */
function byDestination(
  messages: readonly StoredMessage[],
  destinationArn: string | undefined,
): Map<string | undefined, StoredMessage[]> {
  const groups = new Map<string | undefined, StoredMessage[]>();
  for (const message of messages) {
    const arn = destinationArn ?? message.head.deadLetterSourceArn;
    const group = groups.get(arn);
    if (group === undefined) groups.set(arn, [message]);
    else group.push(message);
  }
  return groups;
}
