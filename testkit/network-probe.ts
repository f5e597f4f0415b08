/** A function that tells what of the network it reaches. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { invoke, pythonZip, zip } from "./functions.ts";

/** Tries TCP connections; tells what came of each, what Lambkin's endpoint said, and its own addresses. */
export const PROBE = pythonZip(`
import os, socket, subprocess, urllib.request
def tried(host, port):
    try:
        with socket.create_connection((host, port), timeout=1) as connection:
            connection.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
            return "reached" if connection.recv(1) else "closed"
    except OSError as error:
        return "refused"
def lambda_handler(event, context):
    if event.get("listen"):
        listener = socket.create_server(("0.0.0.0", event["listen"]))
        listener.settimeout(3)
        try:
            listener.accept()
            return "somebody came"
        except TimeoutError:
            return "nobody came"
    url = os.environ["AWS_ENDPOINT_URL"] + "/2015-03-31/functions/" + context.function_name
    try:
        endpoint = urllib.request.urlopen(url, timeout=2).status
    except OSError:
        endpoint = None
    addresses = subprocess.run(["ip", "-o", "addr"], capture_output=True, text=True).stdout
    return {
        "endpoint": endpoint,
        "addresses": addresses,
        "targets": {f"{host} {port}": tried(host, port) for host, port in event["targets"]},
    }
`);

export interface Probed {
  /** Status of GetFunction. */
  readonly endpoint: number | null;
  /** As `ip addr` prints them. */
  readonly addresses: string;
  /** By `host port`: reached, closed or refused. */
  readonly targets: Readonly<Record<string, string>>;
}

export type Target = readonly [host: string, port: number];

export async function probe(client: LambdaClient, name: string, targets: readonly Target[]): Promise<Probed> {
  return (await invoke(client, name, { targets })).payload as Probed;
}

/** A custom runtime that answers each event with the address of its Runtime API. */
export const CUSTOM = zip(
  {
    bootstrap: `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
while true; do
  id=$(curl -sS -D - -o /dev/null "$api/invocation/next" | tr -d '\\r' | sed -n 's/^lambda-runtime-aws-request-id: //ip')
  sleep 1
  curl -sS -o /dev/null -d "\\"$AWS_LAMBDA_RUNTIME_API\\"" "$api/invocation/$id/response"
done
`,
  },
  ["bootstrap"],
);

export const CUSTOM_RUNTIME = { Runtime: "provided.al2023", Handler: "h" } as const;

/** Listens on a port the system chooses and answers everybody. */
export async function listenOn(host: string): Promise<{ readonly port: number; close(): void }> {
  const server: Server = createServer((_request, response) => response.end("hello"));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}
