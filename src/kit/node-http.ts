/**
 * Node's HTTP. `import` of `node:http` reads all that it exports to bind its names, and for that builds Node's `fetch` and
 * WebSocket client, with HTTP/2 and TLS: 16 MB of an idle server that speaks none of them.
 */
export const http = process.getBuiltinModule("node:http");
