/** Lambkin's own paths below `/_lambkin/`: one JSON document, a text, or a stream of events. */
import { CliError } from "./cli-error.ts";
import type { Connection } from "./connection.ts";

/** Rejects with CliError when the server has no such path (it is older) or refuses. */
export async function getJson<T>(connection: Connection, path: string, signal?: AbortSignal): Promise<T> {
  return (await (await get(connection, path, signal)).json()) as T;
}

export async function getText(connection: Connection, path: string): Promise<string> {
  return (await get(connection, path)).text();
}

/** The data of each server-sent event; ends with the stream, rejects when it breaks or `signal` aborts. */
export async function* getEvents<T>(
  connection: Connection,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const { body } = await get(connection, path, signal);
  if (body === null) return;
  let pending = "";
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const events = (pending + chunk).split(/\r?\n\r?\n/);
    pending = events.pop() ?? "";
    for (const event of events) {
      const data = event.split(/\r?\n/).filter((line) => line.startsWith("data:"));
      if (data.length > 0) yield JSON.parse(data.map((line) => line.slice(5)).join("\n")) as T;
    }
  }
}

async function get(connection: Connection, path: string, signal?: AbortSignal): Promise<Response> {
  const answer = await fetch(connection.endpoint + path, signal ? { signal } : {});
  if (answer.ok) return answer;
  const name = path.split("?")[0];
  const text = (await answer.text()).slice(0, 300).trim();
  if (answer.status === 404) {
    throw new CliError(`The server at ${connection.endpoint} has no ${name}: it is of another version.`);
  }
  throw new CliError(`The server refused ${name} (${answer.status}): ${messageOf(text)}`);
}

function messageOf(text: string): string {
  try {
    const { message, Message } = JSON.parse(text) as { message?: string; Message?: string };
    return message ?? Message ?? text;
  } catch {
    return text;
  }
}
