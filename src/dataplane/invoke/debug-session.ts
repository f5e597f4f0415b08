/**
 * One environment with a debugger, for as long as somebody uses it. It takes the calls of its function version one at a time
 * and without a time limit; calls that come while it has one go where they always go.
 */
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import type { FunctionVersion, Scope } from "../../model/mod.ts";
import type { Debugging } from "../environment/debugging.ts";
import type { EnvironmentPool } from "../environment/environment-pool.ts";
import type { ExecutionEnvironment } from "../environment/execution-environment.ts";
import { initBudgetMs, reportInit } from "../environment/init-phase.ts";
import { Closed, type Entered } from "../sandbox/sandbox.ts";

export interface DebugParts {
  readonly pool: EnvironmentPool;
  readonly reportFault: (error: unknown, what: string) => void;
}

export class DebugSession {
  readonly environmentId: string;
  readonly language: Debugging["language"];
  /** The guest's. */
  readonly codeFolder: string;
  /** Whether the function is initialised now; false where its init failed, which the next call tries again. */
  readonly ready: Promise<boolean>;
  readonly #environment: ExecutionEnvironment;
  readonly #debugging: Debugging;
  readonly #leave: () => void;

  /** Throws Closed. */
  constructor(
    { pool, reportFault }: DebugParts,
    scope: Scope,
    target: FunctionVersion,
    debugging: Debugging,
  ) {
    const environment = pool.create(scope, target, "on-demand", debugging);
    if (environment === undefined)
      throw new Closed("this machine runs as many execution environments as it may");
    this.#environment = environment;
    this.#debugging = debugging;
    this.environmentId = environment.id;
    this.language = debugging.language;
    this.codeFolder = debugging.codeFolder;
    this.#leave = environment.hold();
    this.ready = begin(pool, environment).catch((error: unknown) => {
      if (environment.state !== "ended") reportFault(error, `(debugger of ${target.name})`);
      environment.end();
      return false;
    });
  }

  /** Resolves when the environment has ended, on its own or with the session. */
  get ended(): Promise<void> {
    return this.#environment.ended;
  }

  /** A connection to the debugger, as soon as it listens. Rejects with Closed. */
  connect(): Promise<Entered> {
    return this.#environment.enter(() => ({
      command: [
        "/usr/bin/perl",
        "-e",
        RELAY,
        String(this.#debugging.port),
        String(ENVIRONMENT_LIMITS.debuggerListensMsMax / 1000),
      ],
      variables: {},
      terminal: undefined,
    }));
  }

  /** A call that is under way has the function's time from now on; then the environment ends. Safe to call again. */
  close(): void {
    this.#leave();
    this.#environment.leaveDebugger();
  }
}

async function begin(pool: EnvironmentPool, environment: ExecutionEnvironment): Promise<boolean> {
  const init = await environment.init(initBudgetMs(environment));
  reportInit(environment, init, "init");
  pool.release(environment);
  return init.kind === "ready";
}

/**
 * Its input and output lead to a port of the loopback that only the guest has. A connection to a port that nobody listens on yet can
 * meet itself, where the port is one of those that the kernel gives to connections.
 */
const RELAY = `use strict; use IO::Socket::INET; use IO::Select;
my ($port, $seconds) = @ARGV; my $end = time + $seconds; my $peer;
until (($peer = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $port)) && $peer->sockport != $port) {
  die "nothing listens on port $port\\n" if time > $end;
  select(undef, undef, undef, 0.02);
}
my %to = (fileno(STDIN) => $peer, fileno($peer) => \\*STDOUT);
my $wait = IO::Select->new(\\*STDIN, $peer);
while (my @ready = $wait->can_read) {
  for my $from (@ready) {
    my $count = sysread($from, my $bytes, 65536);
    exit unless $count;
    for (my $at = 0; $at < $count;) { $at += syswrite($to{fileno $from}, $bytes, $count - $at, $at) // exit }
  }
}`;
