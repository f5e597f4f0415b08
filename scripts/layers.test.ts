import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { layerViolations } from "./layers.ts";

/** A source tree with one import from `from` to `to`. */
function violationsOf(from: string, to: string): string[] {
  const folder = mkdtempSync(path.join(os.tmpdir(), "lambkin-layers-"));
  try {
    for (const file of [from, to]) {
      mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
      writeFileSync(path.join(folder, file), "");
    }
    const specifier = path.relative(path.dirname(from), to);
    const relative = specifier.startsWith(".") ? specifier : `./${specifier}`;
    writeFileSync(path.join(folder, from), `import {\n  x,\n} from "${relative}";\n`);
    return layerViolations(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("the layers' rule", () => {
  for (const [from, to] of [
    ["lambda/a.ts", "dataplane/mod.ts"],
    ["dataplane/invoke/a.ts", "store/mod.ts"],
    ["server.ts", "gateway/mod.ts"],
    ["store/sqlite/a.ts", "store/log-store.ts"],
  ] as const) {
    it(`allows ${from} to know ${to}`, () => {
      assert.deepEqual(violationsOf(from, to), []);
    });
  }

  for (const [from, to, why] of [
    ["store/a.ts", "dataplane/mod.ts", /may not know/],
    ["dataplane/a.ts", "lambda/mod.ts", /may not know/],
    ["lambda/a.ts", "gateway/mod.ts", /may not know/],
    ["services/sts/a.ts", "services/logs/mod.ts", /may not know/],
    ["gateway/a.ts", "store/mod.ts", /knows no records/],
    ["dataplane/sandbox/a.ts", "store/mod.ts", /never records/],
    ["lambda/a.ts", "store/sqlite/b.ts", /through their mod\.ts/],
    ["kit/a.ts", "server.ts", /may not know/],
    ["surprise/a.ts", "kit/mod.ts", /has no rank/],
  ] as const) {
    it(`forbids ${from} to know ${to}`, () => {
      assert.match(violationsOf(from, to)[0] ?? "", why);
    });
  }
});
