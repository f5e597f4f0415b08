import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { textFile } from "../../kit/archive.ts";
import { type Guess, guessHandler } from "./guess.ts";

const CASES: readonly (readonly [files: Readonly<Record<string, string>>, guess: Guess | undefined])[] = [
  [{ "index.mjs": "export const handler = async () => 1;" }, { family: "nodejs", handler: "index.handler" }],
  [{ "main.mjs": "export async function run() {}" }, { family: "nodejs", handler: "main.run" }],
  [{ "app.py": "def helper(): ...\n\ndef handler(e, c): ..." }, { family: "python", handler: "app.handler" }],
  [
    { "lambda_function.rb": "def lambda_handler(event:, context:)\nend" },
    { family: "ruby", handler: "lambda_function.lambda_handler" },
  ],
  [
    { bootstrap: "#!/bin/sh", "index.js": "exports.handler = 1" },
    { family: "provided", handler: "bootstrap" },
  ],
  [{ "x.py": "def a(): ...\ndef b(): ..." }, undefined],
  [{ "lib/index.js": "exports.handler = 1" }, undefined],
];

describe("the handler of an archive", () => {
  for (const [files, expected] of CASES) {
    it(`${Object.keys(files).join(", ")}: ${expected?.handler ?? "nothing to go by"}`, () => {
      const archive = new Map(Object.entries(files).map(([name, text]) => [name, textFile(text)]));
      assert.deepEqual(guessHandler(archive), expected);
    });
  }
});
