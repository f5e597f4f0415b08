/**
 * Brings batches of one lane to the function. What did not reach it (a throttle, a function that is not there, a fault of ours)
 * is no attempt: after a pause the caller may try again.
 */
import { randomUUID } from "node:crypto";
import { POLLER_LIMITS } from "../../config/mod.ts";
import { functionArn, type InvocationOutcome, traceOf } from "../../model/mod.ts";
import { pauseMs } from "../pause.ts";
import { RESULTS } from "../reader.ts";
import type { ShardContext } from "./shard-context.ts";

export interface BatchOutcome {
  readonly requestId: string;
  /** Of the function that ran. */
  readonly version: string;
  readonly isFunctionError: boolean;
  readonly payload: Buffer;
}

export class BatchInvoker {
  readonly #context: ShardContext;
  /** In a row, of each kind. */
  #throttles = 0;
  #absences = 0;
  #faults = 0;

  constructor(context: ShardContext) {
    this.#context = context;
  }

  /** Undefined, after a pause, where the function was not reached. `arrivedAtMs`: of the last record. */
  async invoke(payload: Buffer, arrivedAtMs: number | undefined): Promise<BatchOutcome | undefined> {
    const { generation, mapping, reportFault } = this.#context;
    try {
      return await this.#attempt(payload, arrivedAtMs);
    } catch (error) {
      reportFault(error, mapping.uuid);
      this.#faults++;
      await generation.wait(pauseMs(this.#faults, POLLER_LIMITS.failurePauseMs));
      return undefined;
    }
  }

  async #attempt(payload: Buffer, arrivedAtMs: number | undefined): Promise<BatchOutcome | undefined> {
    const { scope, mapping, resolve, invoker, clock, observe, places, generation, tell } = this.#context;
    const { functionName, qualifier } = mapping;
    const found = await resolve(scope, functionName, qualifier);
    if (found === undefined) {
      tell(RESULTS.noFunction);
      this.#absences++;
      await generation.wait(pauseMs(this.#absences, POLLER_LIMITS.absencePauseMs));
      return undefined;
    }
    this.#absences = 0;
    const requestId = randomUUID();
    const nowMs = clock.nowMs();
    const trace = traceOf(undefined, requestId, { scope, target: found.target, nowMs });
    const outcome: InvocationOutcome = await invoker.invoke({
      ...{ scope, requestId, payload },
      traceId: trace.header,
      origin: { trigger: "pubsub", callerSpanId: undefined },
      target: found.target,
      invokedArn: functionArn(scope, functionName, qualifier),
      clientContext: undefined,
      wantsLogTail: false,
      onAdmitted: () => {
        if (arrivedAtMs === undefined) return;
        const ageMs = Math.max(0, nowMs - arrivedAtMs);
        observe({ kind: "streamBatchSent", scope, functionName, qualifier, ageMs });
      },
    });
    if (outcome.kind === "throttled") {
      this.#throttles++;
      if (!generation.isOver) {
        await places.wait(scope, functionName, pauseMs(this.#throttles, POLLER_LIMITS.throttlePauseMs));
      }
      return undefined;
    }
    // Not after a throttle: two that wait would wake each other without end.
    places.freed(scope, functionName);
    this.#throttles = 0;
    this.#faults = 0;
    return {
      requestId,
      version: found.target.version,
      isFunctionError: outcome.kind === "functionError",
      payload: outcome.payload,
    };
  }
}
