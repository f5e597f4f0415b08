/** The stages of an invocation, each named by the border that ends it. */

/** Where a stage's time is spent: between client and server, in the server, or in and around the function's sandbox. */
export const WHERES = ["wire", "server", "sandbox"] as const;
export type Where = (typeof WHERES)[number];

interface Stage {
  readonly mark: string;
  readonly where: Where;
  readonly what: string;
  /**
   * Calls that have it: the first of a function, or the first where no sandbox is parked. Elsewhere what was noted is of
   * something else at the same time.
   */
  readonly onlyOf?: "first" | "missed";
}

/** `sent` is where the first begins. `loading` and `called` are noted by the function, the last by the client. */
const ALL = [
  { mark: "accepted", where: "wire", what: "request sent, server woken, HTTP parsed" },
  { mark: "identified", where: "server", what: "request id; service, account and region identified" },
  { mark: "routed", where: "server", what: "operation found by method and path" },
  { mark: "bodyRead", where: "server", what: "body read" },
  { mark: "decoded", where: "server", what: "members decoded" },
  { mark: "validated", where: "server", what: "members validated" },
  { mark: "found", where: "server", what: "function looked up" },
  { mark: "invoked", where: "server", what: "payload and version settled" },
  { mark: "admitted", where: "server", what: "admitted by the concurrency ledger" },
  { mark: "taken", where: "server", what: "idle environment looked for" },
  { mark: "created", where: "server", what: "environment and its log created" },
  { mark: "filed", where: "server", what: "the function's unpacked files found" },
  { mark: "unparked", where: "server", what: "parked sandbox looked for" },
  { mark: "queued", where: "server", what: "its turn to start came", onlyOf: "missed" },
  { mark: "placed", where: "server", what: "/tmp and network taken, command put together", onlyOf: "missed" },
  { mark: "limited", where: "server", what: "cgroup made", onlyOf: "missed" },
  {
    mark: "started",
    where: "server",
    what: "parked: files linked, variables sent; else first process spawned",
  },
  {
    mark: "loading",
    where: "sandbox",
    what: "parked: variables read; else sandbox built, interpreter started",
    onlyOf: "first",
  },
  { mark: "ready", where: "sandbox", what: "function loaded, server woken" },
  { mark: "running", where: "server", what: "init logged; thawed where frozen; timeout set" },
  {
    mark: "called",
    where: "sandbox",
    what: "invocation written, runtime woken, event decoded, handler called",
  },
  { mark: "replied", where: "sandbox", what: "handler run, answer sent, server woken" },
  { mark: "answered", where: "server", what: "answer taken out of its frame" },
  {
    mark: "flushed",
    where: "server",
    what: "one turn of the event loop, for output printed before the answer",
  },
  { mark: "accounted", where: "server", what: "START and runtime's end logged" },
  { mark: "measured", where: "server", what: "peak of memory read from the cgroup" },
  { mark: "released", where: "server", what: "REPORT logged, environment and concurrency given back" },
  { mark: "returned", where: "server", what: "result handed up" },
  { mark: "encoded", where: "server", what: "answer encoded" },
  { mark: "writing", where: "server", what: "answer's head put together" },
  { mark: "received", where: "wire", what: "answer written, client woken, answer read" },
] as const satisfies readonly Stage[];

/** In order. */
export const STAGES: readonly (Stage & { readonly mark: Mark })[] = ALL;

export type Mark = (typeof ALL)[number]["mark"] | "sent";

/** Of the machine's monotonic clock, which client, server and functions share. */
export function nowNs(): number {
  return Number(process.hrtime.bigint());
}
