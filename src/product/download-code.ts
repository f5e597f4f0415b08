/** `GET /_lambkin/code/...`: the code of a function, by the link that GetFunction gave out. */
import type { CodeLinks } from "../lambda/mod.ts";
import type { CodeStorage } from "../store/mod.ts";
import type { ProductHandler } from "./routes.ts";

export function downloadCode(codeLinks: CodeLinks, code: CodeStorage): ProductHandler {
  return async ({ path }) => {
    const sha256 = codeLinks.open(path);
    if (sha256 === undefined) {
      return {
        status: 403,
        headers: { "Content-Type": "application/json" },
        body: '{"message":"Request has expired"}',
      };
    }
    return { status: 200, headers: { "Content-Type": "application/zip" }, body: await code.read(sha256) };
  };
}
