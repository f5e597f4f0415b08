/** One request to a collector, and what its answer means. Source: "OpenTelemetry Protocol" specification, OTLP/HTTP. */
import type { Agent, IncomingMessage } from "node:http";
import { TRACE_LIMITS } from "../../config/mod.ts";
import { http } from "../../kit/mod.ts";

export interface Posted {
  /** `later`: the same may go well another time. */
  readonly kind: "taken" | "later" | "refused";
  /** Why not, or what was not taken of it. */
  readonly reason?: string | undefined;
  /** The collector asks for as much patience. */
  readonly retryAfterMs?: number | undefined;
}

const LATER = new Set([429, 502, 503, 504]);

export class Collector {
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #http: Pick<typeof http, "Agent" | "request">;
  readonly #agent: Agent;
  #isClosed = false;

  constructor(url: string, headers: Readonly<Record<string, string>>) {
    this.#url = new URL(url);
    // Most collectors are next door: who needs no TLS does not load it.
    this.#http = this.#url.protocol === "https:" ? process.getBuiltinModule("node:https") : http;
    this.#headers = headers;
    const options = { keepAlive: true, maxSockets: 1 };
    this.#agent = new this.#http.Agent(options);
  }

  /** Never rejects. */
  post(body: string, timeoutMs: number): Promise<Posted> {
    if (this.#isClosed) return Promise.resolve({ kind: "later", reason: "the server stops" });
    return new Promise((resolve) => {
      const later = (error: Error): void => resolve({ kind: "later", reason: error.message });
      const request = this.#http.request(this.#url, {
        method: "POST",
        agent: this.#agent,
        headers: {
          ...this.#headers,
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
        },
        signal: AbortSignal.timeout(timeoutMs),
      });
      request.once("error", later);
      request.once("response", (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          if (text.length < TRACE_LIMITS.answerCharactersMax) text += chunk;
        });
        response.once("error", later);
        response.once("end", () => resolve(meaningOf(response, text)));
      });
      request.end(body);
    });
  }

  /** What is under way ends as a failure. */
  close(): void {
    this.#isClosed = true;
    this.#agent.destroy();
  }
}

function meaningOf({ statusCode = 0, headers }: IncomingMessage, text: string): Posted {
  if (statusCode >= 200 && statusCode < 300) return { kind: "taken", reason: notTaken(text) };
  const reason = `status ${statusCode}`;
  if (!LATER.has(statusCode)) return { kind: "refused", reason };
  const seconds = Number(headers["retry-after"]);
  return { kind: "later", reason, retryAfterMs: seconds >= 0 ? seconds * 1000 : undefined };
}

function notTaken(text: string): string | undefined {
  try {
    const { partialSuccess } = JSON.parse(text) as {
      partialSuccess?: { rejectedSpans?: string | number; errorMessage?: string };
    };
    const rejected = Number(partialSuccess?.rejectedSpans ?? 0);
    return rejected > 0 ? `${rejected} spans were not taken: ${partialSuccess?.errorMessage}` : undefined;
  } catch {
    // Some collectors answer nothing, or in their own words.
    return undefined;
  }
}
