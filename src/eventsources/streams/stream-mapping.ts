/** Streams as a source of events. */
import { invalidParameter } from "../../errors/mod.ts";
import type { Source } from "../reader.ts";
import type { StreamParts } from "./shard-context.ts";
import { StreamReader } from "./stream-reader.ts";
import { StreamFault } from "./stream-source.ts";

/** The refusal of a stream that is not there is recorded. One that cannot be asked now may be there later. */
export function streamMappings(parts: StreamParts): Source {
  return {
    check: async ({ sourceArn = "" }) => {
      try {
        await parts.source.describe(sourceArn);
      } catch (error) {
        if (error instanceof StreamFault && error.kind === "missing") {
          throw invalidParameter(`Stream not found: ${sourceArn}`);
        }
      }
    },
    start: (scope, mapping) => new StreamReader(parts, scope, mapping),
  };
}
