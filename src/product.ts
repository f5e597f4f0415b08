/** The product's own HTTP surface: health, downloads of code, and a first page for browsers. */
import type { HttpAnswer, HttpRequest } from "./gateway/mod.ts";
import { CODE_LINK_PREFIX, type CodeLinks } from "./lambda/mod.ts";
import type { CodeStorage } from "./store/mod.ts";

export interface ProductParts {
  readonly health: () => object;
  readonly codeLinks: CodeLinks;
  readonly code: CodeStorage;
}

/** Undefined means there is no such page. */
export function productRoutes(
  parts: ProductParts,
): (request: HttpRequest) => Promise<HttpAnswer | undefined> {
  return async (request) => {
    if (request.method !== "GET") return undefined;
    if (request.path === "/_lambkin/health") return json(parts.health());
    if (request.path.startsWith(CODE_LINK_PREFIX)) return download(parts, request.path);
    if (request.path === "/") return json({ name: "lambkin", health: "/_lambkin/health" });
    return undefined;
  };
}

async function download({ codeLinks, code }: ProductParts, path: string): Promise<HttpAnswer> {
  const sha256 = codeLinks.open(path);
  if (sha256 === undefined) {
    return {
      status: 403,
      headers: { "Content-Type": "application/json" },
      body: '{"message":"Request has expired"}',
    };
  }
  return { status: 200, headers: { "Content-Type": "application/zip" }, body: await code.read(sha256) };
}

function json(value: object): HttpAnswer {
  return { status: 200, headers: { "Content-Type": "application/json" }, body: `${JSON.stringify(value)}\n` };
}
