/** A connection to the server that stops being HTTP: what `lambkin shell` and `lambkin debug` speak through. */
import { request } from "node:http";
import type { Duplex } from "node:stream";
import { CliError } from "./cli-error.ts";
import type { Connection } from "./connection.ts";

type Query = readonly (readonly [string, string | undefined])[];

/** Which function, and whose. */
export function functionQuery({ region, credentials }: Connection, name: string): Query {
  const { accessKeyId } = credentials;
  // As the server takes the account from a signature.
  return [
    ["function", name],
    ["region", region],
    ["account", /^\d{12}$/.test(accessKeyId) ? accessKeyId : undefined],
  ];
}

/** Rejects with CliError: what the server says against it. */
export function openTunnel(serverUrl: string, path: string, query: Query): Promise<Duplex> {
  const url = new URL(path, serverUrl);
  for (const [name, value] of query) if (value !== undefined) url.searchParams.append(name, value);
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  const asking = request(url, {
    method: "POST",
    headers: { Connection: "Upgrade", Upgrade: "lambkin-tunnel", "Content-Length": "0" },
  });
  asking.once("upgrade", (_answer, socket, head) => {
    if (head.length > 0) socket.unshift(head);
    resolve(socket);
  });
  asking.once("response", (answer) => {
    let text = "";
    answer.setEncoding("utf8");
    answer.on("data", (chunk: string) => {
      text += chunk;
    });
    answer.once("end", () =>
      reject(new CliError(complaintOf(text) ?? `the server answered ${answer.statusCode}`)),
    );
  });
  asking.once("error", reject);
  asking.end();
  return promise;
}

function complaintOf(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === "string" ? message : undefined;
  } catch {
    return undefined;
  }
}
