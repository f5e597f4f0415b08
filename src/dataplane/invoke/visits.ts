/** Lets people into execution environments: finds one that lives, or makes one, and keeps it while somebody is in it. */
import type { FunctionVersion, Scope } from "../../model/mod.ts";
import type { EnvironmentPool } from "../environment/environment-pool.ts";
import type { ExecutionEnvironment } from "../environment/execution-environment.ts";
import { type InitOutcome, initBudgetMs, reportInit } from "../environment/init-phase.ts";
import { Closed, type Entered, type EnterSpec } from "../sandbox/sandbox.ts";

export interface Visit {
  readonly environmentId: string;
  /** Rejects with Closed when the environment has ended, or cannot be entered here. */
  enter(spec: EnterSpec): Promise<Entered>;
  /** Whoever was in it has left. Safe to call again. */
  leave(): void;
}

/**
 * The environment of this id, or the one that worked last, or a new one, whose init nobody's invocation pays for. Rejects with
 * Closed where none can be had, and with what the machine has against a new one.
 */
export async function visit(
  pool: EnvironmentPool,
  scope: Scope,
  target: FunctionVersion,
  environmentId: string | undefined,
): Promise<Visit> {
  const living = [...pool.living()].filter((environment) => isOpen(environment, target));
  const found =
    environmentId === undefined
      ? living.reduce<ExecutionEnvironment | undefined>(laterUsed, undefined)
      : living.find(({ id }) => id === environmentId);
  if (found === undefined && environmentId !== undefined) {
    throw new Closed(`no environment of this version that lives has the id ${environmentId.slice(0, 64)}`);
  }
  const environment = found ?? pool.create(scope, target);
  if (environment === undefined)
    throw new Closed("this machine runs as many execution environments as it may");
  const leave = environment.hold();
  try {
    if (found === undefined) await begin(pool, environment);
  } catch (error) {
    leave();
    throw error;
  }
  return { environmentId: environment.id, enter: (spec) => environment.enter(() => spec), leave };
}

async function begin(pool: EnvironmentPool, environment: ExecutionEnvironment): Promise<void> {
  const init = await environment.init(initBudgetMs(environment));
  reportInit(environment, init, "init");
  if (init.kind === "ready") {
    pool.release(environment);
    return;
  }
  environment.end();
  throw new Closed(`the function does not start: ${troubleOf(init)}`);
}

function isOpen({ target, state }: ExecutionEnvironment, { configurationId }: FunctionVersion): boolean {
  return (
    target.configurationId === configurationId && (state === "idle" || state === "frozen" || state === "busy")
  );
}

function laterUsed(one: ExecutionEnvironment | undefined, other: ExecutionEnvironment): ExecutionEnvironment {
  return one !== undefined && one.stateSinceMs > other.stateSinceMs ? one : other;
}

/** Of the error JSON that the runtime sent. */
function wordsOf(payload: Buffer): string | undefined {
  try {
    const { errorType, errorMessage } = JSON.parse(payload.toString()) as Record<string, unknown>;
    return `${errorType}: ${errorMessage}`.slice(0, WORDS_CHARACTERS_MAX);
  } catch {
    return undefined;
  }
}

const WORDS_CHARACTERS_MAX = 500;

function troubleOf(init: Exclude<InitOutcome, { kind: "ready" }>): string {
  switch (init.kind) {
    case "error":
      return wordsOf(init.payload) ?? init.errorType;
    case "failed":
      return `${init.failure.errorType}: ${init.failure.reason}`;
    case "timeout":
      return `it is not ready after ${(init.durationMs / 1000).toFixed(1)} s`;
    default:
      return init satisfies never;
  }
}
