/** The contract of what keeps layer versions. Every write is durable when its promise resolves. */
import type { LayerVersion, Scope } from "../model/mod.ts";

export interface LayerStore {
  /** Gives the version the next number of its layer; numbers are never used again. */
  publish(scope: Scope, version: Omit<LayerVersion, "version">): Promise<LayerVersion>;
  /** Undefined when it is not there or was deleted. */
  find(scope: Scope, name: string, version: number): Promise<LayerVersion | undefined>;
  /** Newest first, strictly below `belowVersion` where that is given; all that were not deleted. */
  listVersions(scope: Scope, name: string, belowVersion: number | undefined): Promise<LayerVersion[]>;
  /** Names of layers that have a version left, ascending. */
  listNames(scope: Scope): Promise<string[]>;
  /** Reads and writes in one step; false when it is not there. */
  update(
    scope: Scope,
    name: string,
    version: number,
    change: (before: LayerVersion) => LayerVersion,
  ): Promise<boolean>;
  delete(scope: Scope, name: string, version: number): Promise<void>;
}
