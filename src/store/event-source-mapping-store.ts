/** The contract of what keeps event source mappings. Every write is durable when its promise resolves. */
import type { EventSourceMapping, Scope } from "../model/mod.ts";

export interface MappingQuery {
  readonly sourceArn?: string | undefined;
  readonly functionName?: string | undefined;
  /** Together with the function's name: only those that name this version or alias. */
  readonly qualifier?: string | undefined;
  /** Strictly after it; ids ascending. */
  readonly afterUuid?: string | undefined;
  readonly limit: number;
}

export interface EventSourceMappingStore {
  find(scope: Scope, uuid: string): Promise<EventSourceMapping | undefined>;
  /** Creates or replaces. */
  write(scope: Scope, mapping: EventSourceMapping): Promise<void>;
  /** Reads and writes in one step; false when it is not there. */
  update(
    scope: Scope,
    uuid: string,
    change: (mapping: EventSourceMapping) => EventSourceMapping,
  ): Promise<boolean>;
  delete(scope: Scope, uuid: string): Promise<void>;
  list(scope: Scope, query: MappingQuery): Promise<EventSourceMapping[]>;
  /** Every mapping of every scope, for what must be taken up again at start. */
  listAll(): AsyncIterable<{ readonly scope: Scope; readonly mapping: EventSourceMapping }>;
}
