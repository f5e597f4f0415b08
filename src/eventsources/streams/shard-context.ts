/** What every shard of one mapping shares while its settings are the same. */
import type { EventSourceMapping, Scope } from "../../model/mod.ts";
import type { EventCounter } from "../event-counts.ts";
import type { FilterPattern } from "../filter/filter-pattern.ts";
import type { ReaderParts } from "../reader.ts";
import type { StreamCheckpoints } from "./checkpoints.ts";
import type { FailurePorts } from "./failure-record.ts";
import type { Generation } from "./generation.ts";
import type { StreamSource } from "./stream-source.ts";

export interface StreamParts extends ReaderParts {
  readonly source: StreamSource;
  readonly checkpoints: StreamCheckpoints;
  /** Where batches that are given up are told of. */
  readonly destinations: FailurePorts;
}

export interface ShardContext extends StreamParts {
  readonly scope: Scope;
  readonly mapping: EventSourceMapping;
  readonly streamArn: string;
  readonly retentionMs: number;
  readonly filters: readonly FilterPattern[];
  readonly generation: Generation;
  readonly count: EventCounter;
  /** LastProcessingResult from now on. */
  readonly tell: (result: string) => void;
}
