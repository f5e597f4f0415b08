/** All queues of the server, each made when somebody first asks for it, and what has to be done for them from time to time. */
import { randomBytes } from "node:crypto";
import { SQS_LIMITS } from "../../../config/mod.ts";
import { type Clock, GroupCommit, type Timer } from "../../../kit/mod.ts";
import type { Scope } from "../../../model/mod.ts";
import type { MetricBuffer } from "../../../observe/mod.ts";
import type { NewQueue, QueueChange, QueueRecord, QueueStore } from "../../../store/mod.ts";
import { parseQueueArn, queueArn } from "../names.ts";
import { Queue } from "./queue.ts";
import type { QueueCommits } from "./queue-commits.ts";
import { QueueMeters } from "./queue-meters.ts";
import type { QueueCounts } from "./requests.ts";
import { steadyClock } from "./steady-clock.ts";

export interface QueuesOptions {
  readonly store: QueueStore;
  readonly clock: Clock;
  /** Where queues are counted, if anywhere. */
  readonly metrics?: MetricBuffer | undefined;
  /** Told of what goes wrong while nobody waits for it. */
  readonly reportFault: (error: unknown) => void;
}

export interface QueueDepth extends QueueCounts {
  readonly arn: string;
}

export class Queues {
  readonly #options: QueuesOptions;
  readonly #clock: Clock;
  readonly #commits: QueueCommits;
  readonly #life = randomBytes(6).readUIntBE(0, 6);
  readonly #queues = new Map<string, Promise<Queue | undefined>>();
  #sweepTimer: Timer | undefined;
  #sweeping: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: QueuesOptions) {
    this.#options = options;
    this.#clock = steadyClock(options.clock);
    this.#commits = new GroupCommit({
      commit: (writes) => options.store.commit(writes),
      writesMax: SQS_LIMITS.commitWritesMax,
    });
    this.#scheduleSweep();
  }

  get clock(): Clock {
    return this.#clock;
  }

  /** "deleted": a queue of this name was deleted less than a minute ago. */
  async create(queue: NewQueue): Promise<Queue | "exists" | "deleted"> {
    const record = await this.#options.store.createQueue(queue, this.#clock.nowMs() - SQS_LIMITS.nameReuseMs);
    if (typeof record === "string") return record;
    // One place makes queues, so that there are never two of one. A search from before may still say that there is none.
    const made = (await this.find(queue, queue.name)) ?? (await this.find(queue, queue.name));
    return made ?? "deleted";
  }

  async find(scope: Scope, name: string): Promise<Queue | undefined> {
    const key = queueArn(scope, name);
    const known = this.#queues.get(key);
    if (known !== undefined) return known;
    const finding = this.#options.store.findQueue(scope, name).then((record) => record && this.#make(record));
    this.#queues.set(key, finding);
    const found = await finding.catch((error: unknown) => {
      this.#queues.delete(key);
      throw error;
    });
    // Nothing is remembered of names that mean nothing.
    if (found === undefined && this.#queues.get(key) === finding) this.#queues.delete(key);
    return found;
  }

  async findByArn(arn: string): Promise<Queue | undefined> {
    const parsed = parseQueueArn(arn);
    return parsed && this.find(parsed, parsed.name);
  }

  /** False when it is gone already. */
  async update(queue: Queue, change: (record: QueueRecord) => QueueChange): Promise<boolean> {
    const record = await this.#options.store.updateQueue(queue.record.id, change);
    if (record !== undefined) queue.changed(record);
    return record !== undefined;
  }

  async delete(queue: Queue): Promise<void> {
    await this.#commits.flush();
    await this.#options.store.deleteQueue(queue.record.id, this.#clock.nowMs());
    this.#queues.delete(queue.arn);
    queue.deleted();
  }

  /** Counts what is in each queue that is in use. One that fails holds up no other. */
  async sample(): Promise<void> {
    for (const queue of await this.#known()) {
      if (queue.isInUse) await queue.sample().catch(this.#options.reportFault);
    }
  }

  async depths(): Promise<QueueDepth[]> {
    const used = (await this.#known()).filter(({ isInUse }) => isInUse);
    return Promise.all(used.map(async (queue) => ({ arn: queue.arn, ...(await queue.counts()) })));
  }

  /** Ends long polls, so that a server that stops need not wait for them. */
  async endWaits(): Promise<void> {
    for (const queue of await this.#known()) queue.endWaits();
  }

  /** The store may be closed afterwards. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#sweepTimer?.cancel();
    await this.#sweeping;
    for (const queue of await this.#known()) await queue.close();
    await this.#commits.flush();
  }

  #make(record: QueueRecord): Queue {
    return new Queue(record, {
      store: this.#options.store,
      commits: this.#commits,
      clock: this.#clock,
      life: this.#life,
      arn: queueArn(record, record.name),
      meters: new QueueMeters(this.#options.metrics, record, record.name),
      deadLetterQueue: (arn) => this.findByArn(arn),
      reportFault: this.#options.reportFault,
    });
  }

  async #known(): Promise<Queue[]> {
    const queues = await Promise.all([...this.#queues.values()].map((queue) => queue.catch(() => undefined)));
    return queues.filter((queue) => queue !== undefined);
  }

  #scheduleSweep(): void {
    this.#sweepTimer = this.#clock.after(SQS_LIMITS.sweepMs, () => {
      this.#sweeping = this.#sweep()
        .catch(this.#options.reportFault)
        .finally(() => {
          if (!this.#isClosed) this.#scheduleSweep();
        });
    });
  }

  async #sweep(): Promise<void> {
    const beforeMs = this.#clock.nowMs() - SQS_LIMITS.deduplicationMs;
    while (!this.#isClosed && (await this.#options.store.removeDeduplications(beforeMs))) await turn();
    for (const queue of await this.#known()) {
      if (this.#isClosed) return;
      await queue.removeExpired();
      await turn();
    }
  }
}

/** Lets requests be served in between. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
