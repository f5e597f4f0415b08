/** A server with marks, and a client that notes when it sent and received; both notes together when the server has ended. */
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { spawnServer, temporaryFolder } from "../../testkit/server.ts";
import { openConnection } from "../raw-http-client.ts";
import type { Marks } from "./marks.ts";
import { nowNs } from "./stages.ts";

export interface TracedServer {
  readonly url: string;
  /** One call; the next only when it is answered. `kind` says among which it counts. Rejects when it is not 200. */
  call(kind: string, request: Buffer): Promise<void>;
  /** Ends the server; the marks of all calls by kind. */
  end(): Promise<ReadonlyMap<string, readonly Marks[]>>;
}

export async function startTraced(settings: Readonly<Record<string, string>>): Promise<TracedServer> {
  const dataDir = await temporaryFolder();
  const file = path.join(dataDir, "trace.json");
  const marks = pathToFileURL(path.join(import.meta.dirname, "marks.ts")).href;
  const { url, child, exited } = await spawnServer(dataDir, {
    ...settings,
    // The marks are those of one thread.
    LAMBKIN_FRONTS: "0",
    NODE_OPTIONS: `--import=${marks}`,
    BENCH_TRACE_FILE: file,
  });
  const connection = await openConnection(Number(new URL(url).port));
  const sent: { readonly kind: string; readonly marks: Marks }[] = [];
  return {
    url,
    async call(kind, request) {
      const sentNs = nowNs();
      const status = await connection.call(request);
      sent.push({ kind, marks: { sent: sentNs, received: nowNs() } });
      if (status !== 200) throw new Error(`an answer had status ${status}`);
    },
    async end() {
      connection.close();
      child.kill("SIGTERM");
      await exited;
      const noted = JSON.parse(readFileSync(file, "utf8")) as Marks[];
      await rm(dataDir, { recursive: true, force: true });
      if (noted.length !== sent.length) throw new Error(`${sent.length} calls, but ${noted.length} traces`);
      return Map.groupBy(
        sent.map((call, index) => ({ ...call, marks: { ...noted[index], ...call.marks } })),
        ({ kind }) => kind,
      )
        .entries()
        .reduce(
          (all, [kind, calls]) =>
            all.set(
              kind,
              calls.map((call) => call.marks),
            ),
          new Map<string, Marks[]>(),
        );
    },
  };
}
