/** Sends an SDK client's requests by XMLHttpRequest, which, unlike fetch, tells how much of an upload has gone out. */

/** A request as the SDK has signed it. */
interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

interface WireResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Blob;
}

interface Handler {
  handle(request: WireRequest): Promise<{ readonly response: WireResponse }>;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): object;
}

/** Headers that a browser sets itself and lets no page set. */
const FORBIDDEN = new Set(["host", "content-length", "user-agent"]);

/** `onProgress` is told the part sent, 0 to 1. */
export function xhrHandler(onProgress: (part: number) => void): Handler {
  return {
    handle: (request) =>
      new Promise((resolve, reject) => {
        const xhr = new XMLHttpRequest();
        xhr.open(request.method, addressOf(request));
        xhr.responseType = "blob";
        for (const [name, value] of Object.entries(request.headers)) {
          if (!FORBIDDEN.has(name.toLowerCase())) xhr.setRequestHeader(name, value);
        }
        xhr.upload.onprogress = (event) => {
          if (event.lengthComputable) onProgress(event.loaded / event.total);
        };
        xhr.onload = () => resolve({ response: responseOf(xhr) });
        xhr.onerror = () => reject(new TypeError("Failed to fetch"));
        xhr.send(request.body ?? null);
      }),
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}

function addressOf(request: WireRequest): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query ?? {})) {
    for (const each of Array.isArray(value) ? value : [value]) query.append(name, each ?? "");
  }
  return `${request.path}${query.size > 0 ? `?${query}` : ""}`;
}

function responseOf(xhr: XMLHttpRequest): WireResponse {
  const headers: Record<string, string> = {};
  for (const line of xhr.getAllResponseHeaders().trim().split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { statusCode: xhr.status, headers, body: xhr.response as Blob };
}
