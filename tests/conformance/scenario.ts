/**
 * The form of the conformance data in `scenarios/*.json`, and how it is read. One file is one topic.
 *
 * A scenario has an account of its own, so that its functions may have any names. Its steps run in order. A step that
 * states an expectation also states where the expectation comes from; a step that states none only prepares.
 * `match.ts` tells the matchers of expectations, `values.ts` the placeholders and made values of inputs.
 */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";

/**
 * Where an expectation comes from:
 * - `recorded`: an answer that was recorded on AWS
 * - `model`: AWS's service model (shapes, constraints, statuses, documentation strings)
 * - `page:<title>`: a page of AWS's documentation, or code that AWS publishes
 * - `reported`: quoted or relied on in public by users and tools of AWS
 * - `recall`: remembered by whoever wrote it; to be checked
 */
export type Source = string;
const SOURCE = /^(recorded|model|reported|recall|page:.+)$/;

/** `code`, then exactly the members of the error's body: `message` or `Message` as the wire spells it. */
export type Refusal = Readonly<Record<string, unknown>> & { readonly code: string };

export interface Wire {
  /** By lower-case name. */
  readonly headers?: Readonly<Record<string, unknown>>;
  /** The parsed JSON, or the text where it is none. */
  readonly body?: unknown;
}

interface Expectations {
  readonly status?: number;
  /** What the client hands to its caller. */
  readonly expect?: unknown;
  readonly refusal?: Refusal;
  readonly wire?: Wire;
  readonly source?: Source;
  /** What Lambkin does instead of what AWS does, and why; the expectations are then Lambkin's. */
  readonly deviation?: string;
  /** Repeats the call until the expectations hold. */
  readonly until?: true;
  /** From a name for later placeholders to a dotted path in the answer. */
  readonly save?: Readonly<Record<string, string>>;
}

/** Sent by the SDK for JavaScript. */
export interface OperationStep extends Expectations {
  readonly operation: string;
  readonly input?: Readonly<Record<string, unknown>>;
  /** Another caller than the scenario's own. */
  readonly as?: { readonly account?: string; readonly region?: string };
}

/** Sent as it stands, for what no SDK sends. */
export interface HttpStep extends Expectations {
  readonly http: {
    readonly method: string;
    readonly path: string;
    readonly host?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  /** The operation it is about. */
  readonly operation: string;
}

/** Waits until a function's creation or update is over. */
export interface ReadyStep {
  readonly ready: string;
}

export type Step = OperationStep | HttpStep | ReadyStep;

export interface Scenario {
  readonly name: string;
  /** Queues that are there. */
  readonly queues?: readonly string[];
  /** Functions that are there and ready: names, or members of CreateFunction. */
  readonly given?: readonly (string | Readonly<Record<string, unknown>>)[];
  readonly steps: readonly Step[];
}

export interface Topic {
  readonly topic: string;
  readonly scenarios: readonly Scenario[];
}

const FOLDER = path.join(import.meta.dirname, "scenarios");

/** Every topic by name. Throws on data that does not have the form. */
export function loadTopics(): Topic[] {
  return globSync("*.json", { cwd: FOLDER })
    .sort()
    .map((file) => ({
      topic: path.basename(file, ".json"),
      scenarios: readScenarios(path.join(FOLDER, file)),
    }));
}

/** Throws on data that does not have the form. */
export function readScenarios(file: string): Scenario[] {
  const scenarios = JSON.parse(readFileSync(file, "utf8")) as Scenario[];
  const names = new Set<string>();
  for (const scenario of scenarios) {
    const where = `${path.basename(file)}, "${scenario.name}"`;
    if (names.has(scenario.name)) throw new Error(`${where}: there is another of that name`);
    names.add(scenario.name);
    for (const [index, step] of scenario.steps.entries()) {
      const complaint = complaintOf(step);
      if (complaint !== undefined) throw new Error(`${where}, step ${index + 1}: ${complaint}`);
    }
  }
  return scenarios;
}

const MEMBERS = new Set([
  ...["ready", "operation", "input", "as", "http"],
  ...["status", "expect", "refusal", "wire", "source", "deviation", "until", "save"],
]);

/** What is wrong with the form of a step. */
export function complaintOf(step: Step): string | undefined {
  const unknown = Object.keys(step).find((member) => !MEMBERS.has(member));
  if (unknown !== undefined) return `there is no member "${unknown}"`;
  if ("ready" in step) return undefined;
  if (typeof step.operation !== "string") return "it names no operation";
  if (!asserts(step)) {
    if (step.source !== undefined) return "it has a source and expects nothing";
    return step.until === true ? "it waits for nothing" : undefined;
  }
  if (step.source === undefined || !SOURCE.test(step.source)) return "its expectations need a source";
  if (step.refusal !== undefined && step.status === undefined) return "a refusal needs its status";
  if (step.refusal !== undefined && step.expect !== undefined) return "it expects an answer and a refusal";
  return undefined;
}

/** Whether a step expects something rather than prepares. */
export function asserts(step: Step): boolean {
  if ("ready" in step) return false;
  return [step.status, step.expect, step.refusal, step.wire].some((each) => each !== undefined);
}
