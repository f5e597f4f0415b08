/**
 * One extension of one life of an environment.
 *
 * | state      | invariant                                  | leaves it on                                          |
 * |------------|--------------------------------------------|-------------------------------------------------------|
 * | Started    | its process runs, it has not registered    | register → Registered                                 |
 * | Registered | it may still prepare itself                | next → Ready; init error → InitError; exit error → ExitError |
 * | Ready      | it waits for an event                      | event → Running; exit error → ExitError               |
 * | Running    | it works on an event                       | next → Ready; exit error → ExitError                  |
 * | InitError, ExitError | it said that it failed           |                                                       |
 *
 * Source of states and transitions: AWS's runtime interface emulator.
 */
import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";

export type ExtensionEventType = "INVOKE" | "SHUTDOWN";
export type ExtensionState = "Started" | "Registered" | "Ready" | "Running" | "InitError" | "ExitError";

/** Why the environment ends. */
export type ShutdownReason = "spindown" | "timeout" | "failure";

export interface InvokeEvent {
  readonly eventType: "INVOKE";
  /** Epoch milliseconds at which the function's time is up. */
  readonly deadlineMs: number;
  readonly requestId: string;
  readonly invokedFunctionArn: string;
  readonly tracing: { readonly type: "X-Amzn-Trace-Id"; readonly value: string };
}

export interface ShutdownEvent {
  readonly eventType: "SHUTDOWN";
  readonly shutdownReason: ShutdownReason;
  /** Epoch milliseconds at which whoever is left is killed. */
  readonly deadlineMs: number;
}

export class Extension {
  readonly id = randomUUID();
  readonly name: string;
  /** Its place among the programs that were started; undefined for one inside the runtime's process. */
  readonly program: number | undefined;
  state: ExtensionState = "Started";
  events: readonly ExtensionEventType[] = [];
  /** Its process ended. */
  hasExited = false;
  #poll: ServerResponse | undefined;
  #waiting: InvokeEvent | ShutdownEvent | undefined;

  constructor(name: string, program: number | undefined) {
    this.name = name;
    this.program = program;
  }

  get isExternal(): boolean {
    return this.program !== undefined;
  }

  wants(event: ExtensionEventType): boolean {
    return this.events.includes(event);
  }

  /** It asks for its next event, which may have come already. False where its state does not allow that. */
  poll(response: ServerResponse): boolean {
    if (this.state !== "Registered" && this.state !== "Running" && this.state !== "Ready") return false;
    this.state = "Ready";
    this.#poll?.destroy();
    this.#poll = response;
    response.once("close", () => {
      if (this.#poll === response) this.#poll = undefined;
    });
    this.#deliver();
    return true;
  }

  /** It gets the event when it asks next. */
  send(event: InvokeEvent | ShutdownEvent): void {
    this.#waiting = event;
    if (this.state === "Ready") this.#deliver();
  }

  #deliver(): void {
    const event = this.#waiting;
    if (event === undefined) return;
    // Told, even where its connection broke: it is no longer waiting for nothing.
    this.state = "Running";
    const poll = this.#poll;
    if (poll === undefined) return;
    this.#waiting = undefined;
    this.#poll = undefined;
    poll.writeHead(200, {
      "Content-Type": "application/json",
      "Lambda-Extension-Event-Identifier": randomUUID(),
    });
    poll.end(JSON.stringify(event));
  }
}
