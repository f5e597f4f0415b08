/** What reads the source of one mapping and calls its function; each kind of source has its own. */

import type { Clock } from "../kit/mod.ts";
import type {
  EventSourceKind,
  EventSourceMapping,
  FunctionShared,
  FunctionVersion,
  Invoker,
  Observe,
  Scope,
} from "../model/mod.ts";
import type { FunctionPlaces } from "./function-places.ts";

export interface Reader {
  /** LastProcessingResult in AWS's words; undefined before anything was processed. */
  readonly lastResult: string | undefined;
  /** The mapping was changed: what is read from now on is read by it. Batches that are under way end as they began. */
  reconfigure(mapping: EventSourceMapping): void;
  /** Reads no more, and gives back what no function has; resolves when the last batch has ended. */
  stop(): Promise<void>;
}

/** One kind of source. */
export interface Source {
  /** Before a mapping is made. Throws InvalidParameterValueException when this source cannot be read for this function. */
  check(mapping: EventSourceMapping, target: FunctionVersion): Promise<void>;
  start(scope: Scope, mapping: EventSourceMapping): Reader;
}

/** Mappings of kinds that are not there are kept and shown, but not read. */
export type Sources = Partial<Readonly<Record<EventSourceKind, Source>>>;

export interface ReaderTarget {
  readonly target: FunctionVersion;
  readonly shared: FunctionShared;
}

/** How every reader gets at functions. */
export interface ReaderParts {
  readonly invoker: Invoker;
  readonly clock: Clock;
  readonly places: FunctionPlaces;
  /** What a mapping's function and qualifier mean now; undefined when it is gone, or is of a kind that does not run here. */
  readonly resolve: (
    scope: Scope,
    name: string,
    qualifier: string | undefined,
  ) => Promise<ReaderTarget | undefined>;
  readonly observe: Observe;
  readonly reportFault: (error: unknown, what: string) => void;
}

/** Values of LastProcessingResult. The first two are recorded; the others are in their manner. */
export const RESULTS = {
  none: "No records processed",
  ok: "OK",
  failed: "PROBLEM: Function call failed",
  noFunction: "PROBLEM: Function cannot be called",
  noSource: "PROBLEM: Event source cannot be read",
} as const;

export function isProblem(result: string): boolean {
  return result.startsWith("PROBLEM");
}
