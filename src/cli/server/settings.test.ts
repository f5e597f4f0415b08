/** The options of `lambkin up` and the server's settings are the same. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { SETTINGS, settingVariables } from "./settings.ts";

/** One value only so far. */
const WITHOUT_OPTION = new Set(["LAMBKIN_AUTH"]);

describe("settings as options", () => {
  it("are all that config.ts reads", () => {
    const source = readFileSync(path.join(import.meta.dirname, "../../config/config.ts"), "utf8");
    const read = new Set([...source.matchAll(/"(LAMBKIN_[A-Z0-9_]+)"/g)].map(([, name]) => name ?? ""));
    for (const name of read) {
      if (WITHOUT_OPTION.has(name)) continue;
      // Other servers are read by the beginning of their variables.
      const isThere = SETTINGS.some(
        ({ variable }) => variable === name || variable === `${name}_ENDPOINT_URL`,
      );
      assert.ok(isThere, `${name} has no option in src/cli/server/settings.ts`);
    }
  });

  it("become variables, those that were given", () => {
    assert.deepEqual(settingVariables({ dataDir: "x", port: "0", json: true }), {
      LAMBKIN_DATA_DIR: "x",
      LAMBKIN_PORT: "0",
    });
  });
});
