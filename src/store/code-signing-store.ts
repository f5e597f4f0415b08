/** The contract of what keeps code signing configurations. Every write is durable when its promise resolves. */
import type { CodeSigningConfigRecord, Scope } from "../model/mod.ts";

export interface CodeSigningStore {
  find(scope: Scope, id: string): Promise<CodeSigningConfigRecord | undefined>;
  /** Creates or replaces. */
  write(scope: Scope, config: CodeSigningConfigRecord): Promise<void>;
  delete(scope: Scope, id: string): Promise<void>;
  /** Ids ascending, strictly after `afterId`. */
  list(scope: Scope, afterId: string, limit: number): Promise<CodeSigningConfigRecord[]>;
  /** Names of the functions that have it, ascending, strictly after `afterName`. */
  functionsOf(scope: Scope, arn: string, afterName: string, limit: number): Promise<string[]>;
}
