/**
 * Parts of the SDK that only some requests need: loaded by the first of them, in a few milliseconds, once. An idle server and
 * one that speaks JSON alone do without.
 */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

export const cborPart = once(() => require("@smithy/core/cbor") as typeof import("@smithy/core/cbor"));
export const xmlPart = once(
  () => require("@aws-sdk/core/protocols") as typeof import("@aws-sdk/core/protocols"),
);
export const eventStreamPart = once(
  () => require("@smithy/core/event-streams") as typeof import("@smithy/core/event-streams"),
);

function once<Part>(load: () => Part): () => Part {
  let part: Part | undefined;
  return () => {
    part ??= load();
    return part;
  };
}
