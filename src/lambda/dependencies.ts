/** What the Lambda API's operations work with. */
import type { AsyncQueue, DataPlane, RuntimeCatalogue } from "../dataplane/mod.ts";
import type { EventSources } from "../eventsources/mod.ts";
import type { Clock, KeyedMutex } from "../kit/mod.ts";
import type { Observe } from "../model/mod.ts";
import type {
  CodeSigningStore,
  CodeStorage,
  EventSourceMappingStore,
  FunctionStore,
  LayerStore,
  ObjectReader,
} from "../store/mod.ts";
import type { CodeLinks } from "./code-links.ts";

export interface LambdaDependencies {
  readonly store: FunctionStore;
  readonly layers: LayerStore;
  readonly codeSigning: CodeSigningStore;
  readonly mappings: EventSourceMappingStore;
  readonly eventSources: Pick<EventSources, "apply" | "check" | "lastResult">;
  readonly code: CodeStorage;
  /** Fetches code that is named by bucket and key; undefined where no S3 is configured. */
  readonly objects: ObjectReader | undefined;
  readonly codeLinks: CodeLinks;
  readonly dataPlane: DataPlane;
  readonly asyncQueue: AsyncQueue;
  readonly runtimes: RuntimeCatalogue;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly accountConcurrency: number;
  /** `x86_64` or `arm64`: the only architecture this machine runs. */
  readonly architecture: string;
  /** One change of a scope's shared settings at a time: sums are checked before they are changed. */
  readonly changes: KeyedMutex;
  /** A number by lot, from 0 up to 1: which version of a weighted alias a call gets. */
  readonly draw: () => number;
  /** Runs a step that follows an answer, and reports if it fails. */
  readonly afterwards: (step: () => Promise<void>) => void;
}
