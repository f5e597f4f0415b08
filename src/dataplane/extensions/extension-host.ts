/**
 * All extensions of one life of an environment: who is there, who is ready, who still works on an event. It knows the
 * rules; `extensions-api.ts` speaks to extensions, the runtime's process acts on what is decided here.
 *
 * Source: "Using the Lambda Extensions API" page, and AWS's runtime interface emulator.
 */
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import type { PlatformFailure } from "../platform/failure-payload.ts";
import type { PlatformEvent } from "../platform/platform-event.ts";
import { Extension, type ExtensionEventType, type InvokeEvent, type ShutdownReason } from "./extension.ts";

/** What a function's extensions may know of it. */
export interface FunctionIdentity {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly handler: string;
  readonly accountId: string;
}

export interface ExtensionHostOptions {
  readonly identity: FunctionIdentity;
  /** Names of the programs that are started, in that order. */
  readonly externals: readonly string[];
  readonly report: (event: PlatformEvent) => void;
  /** Every external extension has registered: the runtime may start. Called at once where there is none. */
  readonly onRegistered: () => void;
  /** Something that was waited for has happened: ask `isReady` and `isBusy` again. */
  readonly onChange: () => void;
  /** An extension failed, and with it the environment. Called at most once. */
  readonly onFailure: (failure: PlatformFailure) => void;
}

export type Registration =
  | { readonly kind: "registered"; readonly extension: Extension }
  | { readonly kind: "refused"; readonly errorType: string; readonly reason: string };

/** What inside the runtime's process is no process of its own and gets no SHUTDOWN. */
const EVENTS_OF_INTERNAL: readonly ExtensionEventType[] = ["INVOKE"];
const EVENTS_OF_EXTERNAL: readonly ExtensionEventType[] = ["INVOKE", "SHUTDOWN"];

export class ExtensionHost {
  readonly #options: ExtensionHostOptions;
  readonly #extensions: Extension[];
  #isOpen = true;
  #hasFailed = false;
  #isEnding = false;

  constructor(options: ExtensionHostOptions) {
    this.#options = options;
    this.#extensions = options.externals.map((name, index) => new Extension(name, index));
  }

  get identity(): FunctionIdentity {
    return this.#options.identity;
  }

  /** Registered or about to. */
  get count(): number {
    return this.#extensions.length;
  }

  get hasExternal(): boolean {
    return this.#options.externals.length > 0;
  }

  /** Places of the external ones in the list of programs. */
  externals(): number[] {
    return this.#options.externals.map((_name, index) => index);
  }

  /** Whether all of them asked for their first event. */
  get isReady(): boolean {
    return this.#extensions.every(({ state }) => state !== "Started" && state !== "Registered");
  }

  /** Whether one works on an event. */
  get isBusy(): boolean {
    return this.#extensions.some(({ state }) => state === "Running");
  }

  find(id: string): Extension | undefined {
    return this.#extensions.find((extension) => extension.id === id);
  }

  register(name: string, events: readonly string[]): Registration {
    const external = this.#extensions.find((extension) => extension.name === name && extension.isExternal);
    const allowed = external === undefined ? EVENTS_OF_INTERNAL : EVENTS_OF_EXTERNAL;
    const wrong = events.find((event) => !(allowed as readonly string[]).includes(event));
    if (wrong !== undefined) {
      const reason = EVENTS_OF_EXTERNAL.includes(wrong as ExtensionEventType)
        ? "event type is not supported for internal extensions"
        : "invalid event";
      return refused("Extension.InvalidEventType", `${wrong}: ${reason}`);
    }
    if (external !== undefined) {
      if (external.state !== "Started") {
        return refused("Extension.InvalidExtensionState", refusedStep(external, "Registered", name));
      }
      return this.#registered(external, events as readonly ExtensionEventType[]);
    }
    if (!this.#isOpen)
      return refused("Extension.RegistrationClosed", "Extension registration closed already");
    if (this.#extensions.some((extension) => extension.name === name)) {
      return refused("Extension.InvalidExtensionState", "Extension with this name already registered");
    }
    const max = ENVIRONMENT_LIMITS.extensionsMax;
    if (this.#extensions.length >= max) {
      return refused("Extension.TooManyExtensions", `Extension limit (${max}) reached`);
    }
    const internal = new Extension(name, undefined);
    this.#extensions.push(internal);
    return this.#registered(internal, events as readonly ExtensionEventType[]);
  }

  #registered(extension: Extension, events: readonly ExtensionEventType[]): Registration {
    extension.events = events;
    extension.state = "Registered";
    if (extension.isExternal) this.#tellIfRegistered();
    return { kind: "registered", extension };
  }

  /** The programs run. */
  started(): void {
    this.#tellIfRegistered();
  }

  #tellIfRegistered(): void {
    if (this.#extensions.every((extension) => !extension.isExternal || extension.state !== "Started")) {
      this.#options.onRegistered();
    }
  }

  /** An extension has asked for its next event. */
  asked(): void {
    this.#options.onChange();
  }

  /** Nobody registers any more: the runtime is ready. */
  close(): void {
    this.#isOpen = false;
  }

  /** Writes what became of each, at the end of the init phase. */
  report(): void {
    for (const { name, state, events } of this.#extensions) {
      this.#options.report({ kind: "extension", name, state, events });
    }
  }

  invoke(event: InvokeEvent): void {
    for (const extension of this.#extensions) if (extension.wants("INVOKE")) extension.send(event);
  }

  /** It said so itself, in one of two ways. */
  failed(extension: Extension, state: "InitError" | "ExitError", errorType: string): void {
    if (extension.state === state) return;
    extension.state = state;
    this.#fail({ errorType: `Extension.${state}`, reason: errorType });
  }

  /** The process of an external one ended. */
  exited(program: number, code: number | null): void {
    const extension = this.#extensions.find((candidate) => candidate.program === program);
    if (extension === undefined) return;
    extension.hasExited = true;
    const { state } = extension;
    if (state === "InitError" || state === "ExitError") return;
    extension.state = "ExitError";
    this.#fail({ errorType: "Extension.Crash", reason: `exit status ${code ?? 1}` });
  }

  /** Says goodbye; exits are no failures from here on. Those who are still to be waited for. */
  shutDown(reason: ShutdownReason, deadlineMs: number): Extension[] {
    this.#isEnding = true;
    const told = this.#extensions.filter(
      (extension) => extension.isExternal && extension.wants("SHUTDOWN") && !extension.hasExited,
    );
    for (const extension of told) {
      extension.send({ eventType: "SHUTDOWN", shutdownReason: reason, deadlineMs });
    }
    return told;
  }

  #fail(failure: PlatformFailure): void {
    if (this.#hasFailed || this.#isEnding) return;
    this.#hasFailed = true;
    this.#options.onFailure(failure);
  }
}

/** In the emulator's words. */
export function refusedStep(extension: Extension, to: string, who: string): string {
  return `State transition from ${extension.state} to ${to} failed for extension ${who}. Error: State transition is not allowed`;
}

function refused(errorType: string, reason: string): Registration {
  return { kind: "refused", errorType, reason };
}
