/**
 * Which mappings are being read: from the server's start to its end, through every change of a mapping. The records
 * themselves are the Lambda API's; it tells of each change before it calls the change settled.
 */
import { deferred } from "../kit/mod.ts";
import type { EventSourceMapping, FunctionVersion, Scope } from "../model/mod.ts";
import type { EventSourceMappingStore } from "../store/mod.ts";
import type { Reader, Sources } from "./reader.ts";
import type { StreamCheckpoints } from "./streams/checkpoints.ts";

export interface EventSourcesOptions {
  readonly mappings: EventSourceMappingStore;
  readonly sources: Sources;
  /** How far streams were read; those of a mapping go with it. */
  readonly checkpoints: Pick<StreamCheckpoints, "removeAll">;
  readonly reportFault: (error: unknown, what: string) => void;
}

export class EventSources {
  readonly #options: EventSourcesOptions;
  /** By the mapping's id. */
  readonly #readers = new Map<string, Reader>();
  readonly #stopping = deferred<void>();
  #isStopped = false;

  constructor(options: EventSourcesOptions) {
    this.#options = options;
  }

  /** Reads for every mapping that is enabled. */
  async resume(): Promise<void> {
    const enabled: { scope: Scope; mapping: EventSourceMapping }[] = [];
    for await (const each of this.#options.mappings.listAll()) {
      if (each.mapping.state === "Enabled") enabled.push(each);
    }
    for (const { scope, mapping } of enabled) this.#read(scope, mapping);
  }

  /** Before a mapping is made or gets another function. Throws InvalidParameterValueException. */
  async check(mapping: EventSourceMapping, target: FunctionVersion): Promise<void> {
    await this.#options.sources[mapping.kind]?.check(mapping, target);
  }

  /**
   * Does what the mapping now says; when it is no longer to be read, resolves after the last batch. False when the server
   * stops before that: the change is then to be settled at the next start.
   */
  async apply(scope: Scope, mapping: EventSourceMapping): Promise<boolean> {
    if (this.#isStopped) return false;
    if (mapping.isEnabled && mapping.state !== "Deleting") {
      this.#read(scope, mapping);
      return true;
    }
    const reader = this.#readers.get(mapping.uuid);
    await Promise.race([reader?.stop(), this.#stopping.promise]);
    if (this.#isStopped) return false;
    this.#readers.delete(mapping.uuid);
    if (mapping.state === "Deleting") await this.#options.checkpoints.removeAll(mapping.uuid);
    return true;
  }

  /** LastProcessingResult of a mapping that is being read. */
  lastResult(uuid: string): string | undefined {
    return this.#readers.get(uuid)?.lastResult;
  }

  /** Nothing is read from now on; resolves when the last batch has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopping.resolve();
    await Promise.all([...this.#readers.values()].map((reader) => reader.stop()));
  }

  /** A mapping that cannot be read is as if nothing came. */
  #read(scope: Scope, mapping: EventSourceMapping): void {
    try {
      const reader = this.#readers.get(mapping.uuid);
      if (reader !== undefined) {
        reader.reconfigure(mapping);
        return;
      }
      const started = this.#options.sources[mapping.kind]?.start(scope, mapping);
      if (started !== undefined) this.#readers.set(mapping.uuid, started);
    } catch (error) {
      this.#options.reportFault(error, mapping.uuid);
    }
  }
}
