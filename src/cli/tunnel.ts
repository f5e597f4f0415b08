/** A connection to the server that stops being HTTP: what `lambkin shell` and `lambkin debug` speak through. */
import { request } from "node:http";
import type { Duplex } from "node:stream";

/** Rejects with what the server says against it. */
export function openTunnel(
  serverUrl: string,
  path: string,
  query: readonly (readonly [string, string | undefined])[],
): Promise<Duplex> {
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
      reject(new Error(complaintOf(text) ?? `the server answered ${answer.statusCode}`)),
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
