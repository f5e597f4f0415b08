/** What every isolation mechanism does for an execution environment: start one process tree, watch it, end it. */
import type { Duplex, Readable, Writable } from "node:stream";
import type { GuestNetwork } from "../network/network.ts";
import type { Supervisor } from "./supervisor.ts";

export type IsolationDriverName = "bubblewrap" | "oci" | "process";

/** Host folders an environment needs; the driver decides where the guest sees them. */
export interface SandboxFolders {
  /** The function's unpacked code, read-only to the guest. */
  readonly code: string;
  /** The function's layers, merged; read-only to the guest. */
  readonly layers: string | undefined;
  /** Lambkin's own code for the language; absent for custom runtimes. */
  readonly runtime: string | undefined;
  /** The interpreter's installation, unless it is the system's own. */
  readonly language: string | undefined;
  /** Packages that come with the runtime, such as the AWS SDK; found beside it. */
  readonly packages: string | undefined;
  /** What Node.js made of the function's modules before, read-only to the guest. */
  readonly compiled?: string | undefined;
}

/** The same folders as the guest sees them. */
export interface GuestPaths {
  readonly code: string;
  readonly runtime: string;
  readonly layers: string;
  /** Where `folders.compiled` would be; undefined where a guest could write there. */
  readonly compiled: string | undefined;
  /** Turns a path below `folders.language` (or a system path) into the guest's. */
  interpreter(hostPath: string): string;
}

/** A sandbox whose runtime others get copies of, as those see it. */
export interface CopySource {
  /** Paths of its namespaces, for `nsenter`; a copy's are made below them. */
  readonly userNamespace: string;
  readonly processNamespace: string;
  /** Leads to the runtime: the sandbox of a copy asks for it there. Nobody reads what comes back. */
  readonly channel: Duplex;
}

export interface SandboxSpec {
  readonly sandboxId: string;
  readonly folders: SandboxFolders;
  /** Host folder that is the guest's /tmp, and the mount namespace in which it has its content. */
  readonly tmp: string;
  readonly mountNamespace: string | undefined;
  readonly network: GuestNetwork;
  /** Further host folders that the guest may write to. */
  readonly mounts: readonly { readonly host: string; readonly guest: string }[];
  /** And those that it may only read. */
  readonly readOnly?: readonly { readonly host: string; readonly guest: string }[];
  /** Guest paths. */
  readonly command: readonly string[];
  /** The guest's whole environment: nothing of the platform's own is added. */
  readonly variables: Readonly<Record<string, string>>;
  readonly memoryMib: number;
  /** External extensions that run beside the runtime: guest paths. */
  readonly extensions: readonly { readonly program: string }[];
  /** Names of variables that extensions do not see. */
  readonly hiddenFromExtensions: readonly string[];
  /** Whether its runtime is to be copied; a source: it begins empty, and gets a copy of that one. */
  readonly copying?: "source" | CopySource;
}

export interface ExitStatus {
  readonly code: number | null;
  /** As in `SIGKILL`. */
  readonly signal: string | null;
}

/** A program that is to run beside the guest's own: in the same sandbox, with the same rights. */
export interface EnterSpec {
  /** Guest paths. */
  readonly command: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** Its size in characters; without one the program has pipes. */
  readonly terminal: { readonly columns: number; readonly rows: number } | undefined;
}

/** It ends with the sandbox, whatever it is doing. */
export interface Entered {
  readonly input: Writable;
  readonly output: Readable;
  /** Nothing comes here where there is a terminal. */
  readonly errors: Readable;
  /** Never rejects. */
  readonly exited: Promise<ExitStatus>;
  /** Without effect where there is no terminal. */
  resize(columns: number, rows: number): void;
  /** Whoever it was for has left. What it started in the background may go on inside the sandbox. */
  hangUp(): void;
}

/** Nobody can be let into this sandbox; the message says why. */
export class Closed extends Error {
  override readonly name = "Closed";
}

export interface Sandbox {
  /** The guest's descriptor 3. */
  readonly control: Duplex;
  /** The guest's stdout and stderr, one pipe: their order is the guest's. */
  readonly logs: Readable;
  /** Resolves once the first process of the guest has ended (never rejects). */
  readonly exited: Promise<ExitStatus>;
  /** Where the spec has extensions: the runtime waits to be started, and everybody's end is told one by one. */
  readonly supervisor: Supervisor | undefined;
  /** SIGTERM for the runtime; without effect where the machine cannot tell which process that is. */
  terminate(): void;
  /** Ends every process of the guest at once. */
  kill(): void;
  /** Nothing of the guest runs until `thaw`. False where the machine cannot do that. */
  freeze(): boolean;
  thaw(): void;
  /** The most memory the guest ever used, bytes. */
  peakMemoryBytes(): number;
  /** Other limits of memory and CPU; only of drivers that can park. */
  resize(memoryMib: number): void;
  /** Ids of its processes; empty where there is no group. */
  processes(): number[];
  /** A process of another sandbox counts as this one's from now on. */
  takeIn(processId: number): void;
  /** Only where it was started as one, and its runtime runs. Its namespaces stay until `close`. */
  copySource(): CopySource & { close(): void };
  /** Rejects with Closed where this driver cannot, and when the sandbox has ended. Not while it is frozen. */
  enter(spec: EnterSpec): Promise<Entered>;
  /** After `exited`: removes what the driver made for it; `tmp` stays. */
  dispose(): Promise<void>;
}

export interface SandboxDriver {
  readonly name: IsolationDriverName;
  /** What this driver does not keep apart on this machine; for health and SECURITY.md. */
  readonly weaknesses: readonly string[];
  /** Whether a sandbox can be started before it is known for which function: what comes later reaches it. */
  readonly canPark: boolean;
  /** Whether sandboxes can take copies of a runtime. */
  readonly canCopy: boolean;
  guestPaths(folders: SandboxFolders): GuestPaths;
  /** Rejects when the process cannot be started at all. */
  start(spec: SandboxSpec): Promise<Sandbox>;
}
