/** The product's own HTTP surface: one table of handlers by method and path, outside everything that is AWS's. */
import type { HttpAnswer, HttpRequest, ProductRoute } from "../gateway/mod.ts";

export type ProductHandler = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

/** Keys are `GET /_lambkin/health`; one that ends in `/*` takes every path below it, the longest such key first. */
export type ProductTable = Readonly<Record<string, ProductHandler>>;

/** Undefined means there is no such page. */
export function productRoute(table: ProductTable): ProductRoute {
  const trees = Object.entries(table)
    .filter(([key]) => key.endsWith("/*"))
    .map(([key, handler]) => ({ prefix: key.slice(0, -1), handler }))
    .sort((one, other) => other.prefix.length - one.prefix.length);
  return async (request) => {
    const key = `${request.method} ${request.path}`;
    if (Object.hasOwn(table, key)) return table[key]?.(request);
    return trees.find(({ prefix }) => key.startsWith(prefix))?.handler(request);
  };
}

export function json(value: object): HttpAnswer {
  return { status: 200, headers: { "Content-Type": "application/json" }, body: `${JSON.stringify(value)}\n` };
}
