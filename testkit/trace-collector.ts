/** A collector of OpenTelemetry's traces for a test: an HTTP server that keeps what it gets, and fails when it is told to. */
import http from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: number;
  /** Epoch milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  /** Of the span and of its resource. */
  readonly attributes: Readonly<Record<string, string | boolean>>;
  readonly status: { readonly code: number; readonly message: string } | undefined;
}

interface WireAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, string | boolean>>;
}
interface WireSpan extends Omit<ReceivedSpan, "attributes" | "startMs" | "endMs"> {
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly WireAttribute[];
}
interface WireBody {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly WireAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const TAKEN: Answer = { status: 200, body: "{}" };

export class TraceCollector {
  /** Bodies of the requests that were taken. */
  readonly bodies: string[] = [];
  readonly requests: http.IncomingMessage[] = [];
  /** For the next requests; then all is taken. "never" gives no answer. */
  readonly nextAnswers: (Answer | "never")[] = [];
  readonly url: string;
  readonly #server: http.Server;

  private constructor(server: http.Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("request", (request, response) => void this.#take(request, response));
  }

  static async start(): Promise<TraceCollector> {
    const server = http.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new TraceCollector(server);
  }

  get spans(): ReceivedSpan[] {
    return this.bodies.flatMap((body) => spansIn(JSON.parse(body) as WireBody));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.requests.push(request);
    const answer = this.nextAnswers.shift() ?? TAKEN;
    if (answer === "never") return;
    if (answer.status === 200) this.bodies.push(Buffer.concat(chunks).toString("utf8"));
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }
}

function spansIn({ resourceSpans }: WireBody): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ startTimeUnixNano, endTimeUnixNano, attributes, ...span }) => ({
        ...span,
        startMs: Number(startTimeUnixNano) / 1e6,
        endMs: Number(endTimeUnixNano) / 1e6,
        attributes: { ...valuesOf(resource.attributes), ...valuesOf(attributes) },
      })),
    ),
  );
}

function valuesOf(attributes: readonly WireAttribute[]): Record<string, string | boolean> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0] ?? ""]));
}
