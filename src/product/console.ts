/**
 * The console: a web page that is built beforehand (console/, by scripts/setup.mjs) and only handed out here. What is not among the
 * built files does not exist, so no path leads anywhere else. `/` is the page for browsers and a line of JSON for programs.
 */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { type HttpAnswer, type HttpRequest, header } from "../gateway/mod.ts";
import { json, type ProductHandler } from "./routes.ts";

/** Where the page's files are; the build writes this path into them (console/vite.config.ts). */
export const CONSOLE_PREFIX = "/_lambkin/console/";

const PAGE = "index.html";
/** The build gives these files names that change with what is in them. */
const HASHED = /^assets\//;

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".woff": "font/woff",
  ".png": "image/png",
};

/** Nothing from elsewhere, nothing inline; no page may frame this one. Small pictures stand in the styles as data. */
const SECURITY_HEADERS = {
  "Content-Security-Policy":
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
} as const;

/** Encodings the build has packed files with, the smaller first. */
const PACKED: readonly (readonly [encoding: string, ending: string])[] = [
  ["br", ".br"],
  ["gzip", ".gz"],
];

export interface ConsolePages {
  /** `GET /`. */
  readonly root: ProductHandler;
  /** `GET /_lambkin/console/*`. */
  readonly file: (request: HttpRequest) => Promise<HttpAnswer>;
}

/** `folder` is the built page; when it is not there, `/` says so and all else works. */
export function consolePages(folder: string): ConsolePages {
  let names: Promise<ReadonlySet<string>> | undefined;
  const list = (): Promise<ReadonlySet<string>> => {
    names = namesIn(folder);
    return names;
  };
  return {
    root: async (request) => {
      if (!wantsPage(request)) return json({ name: "lambkin", health: "/_lambkin/health" });
      // Listed anew: a build may have come since the last visit.
      const known = await list();
      return known.has(PAGE) ? read(folder, PAGE, known, request) : notBuilt();
    },
    file: async (request) => {
      const name = request.path.slice(CONSOLE_PREFIX.length);
      const known = await (names ?? list());
      return known.has(name) ? read(folder, name, known, request) : notFound();
    },
  };
}

async function namesIn(folder: string): Promise<ReadonlySet<string>> {
  const found = await readdir(folder, { recursive: true }).catch(() => []);
  return new Set(found.map((name) => name.split(path.sep).join("/")));
}

async function read(
  folder: string,
  name: string,
  known: ReadonlySet<string>,
  request: HttpRequest,
): Promise<HttpAnswer> {
  const type = TYPES[path.extname(name)];
  if (type === undefined) return notFound();
  const accepted = header(request, "accept-encoding") ?? "";
  const packed = PACKED.find(
    ([encoding, ending]) => known.has(name + ending) && new RegExp(`\\b${encoding}\\b`).test(accepted),
  );
  return {
    status: 200,
    headers: {
      ...SECURITY_HEADERS,
      "Content-Type": type,
      "Cache-Control": HASHED.test(name) ? "public, max-age=31536000, immutable" : "no-cache",
      Vary: "Accept, Accept-Encoding",
      ...(packed && { "Content-Encoding": packed[0] }),
    },
    body: await readFile(path.join(folder, name + (packed?.[1] ?? ""))),
  };
}

/** Browsers say that they want a page; SDKs, curl and scripts do not. */
function wantsPage(request: HttpRequest): boolean {
  return (header(request, "accept") ?? "").includes("text/html");
}

function notFound(): HttpAnswer {
  return {
    status: 404,
    headers: { ...SECURITY_HEADERS, "Content-Type": "application/json" },
    body: '{"message":"There is no such file in the console."}\n',
  };
}

function notBuilt(): HttpAnswer {
  return {
    status: 503,
    headers: { ...SECURITY_HEADERS, "Content-Type": TYPES[".html"] ?? "", "Cache-Control": "no-store" },
    body: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Lambkin</title>
<h1>Lambkin is running; its console is not built</h1>
<p>The functions, queues and logs of this server work. The page that shows them is built from the folder
<code>console</code>, which needs packages from npm once. On this machine, in Lambkin's folder, run</p>
<pre>node scripts/setup.mjs</pre>
<p>with a connection to npm, and load this page again; the server need not be started anew.</p>
<p><a href="/_lambkin/health">The state of the server</a></p>
</html>
`,
  };
}
