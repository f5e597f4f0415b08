/** What is guessed from the files of real-looking functions. */
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { CliError } from "../cli-error.ts";
import { type Guess, guess, handlerIsThere } from "./guess.ts";
import { IgnoreRules } from "./ignore-rules.ts";
import { PackageFolder } from "./package-folder.ts";

const RUNTIMES = {
  "nodejs24.x": { available: true, warning: "another stands in" },
  "nodejs22.x": { available: true },
  "python3.14": { available: false },
  "python3.13": { available: true, warning: "another stands in" },
  "python3.12": { available: true },
  "ruby3.4": { available: true, warning: "another stands in" },
};

function folderOf(files: Readonly<Record<string, string>>, mode = 0o644): PackageFolder {
  const folder = mkdtempSync(path.join(os.tmpdir(), "lambkin-guess-"));
  for (const [name, content] of Object.entries(files))
    writeFileSync(path.join(folder, name), content, { mode });
  return new PackageFolder(folder, new IgnoreRules([]));
}

function guessOf(files: Readonly<Record<string, string>>, mode?: number): Guess {
  return guess(folderOf(files, mode).files(), RUNTIMES);
}

const CASES: readonly (readonly [files: Record<string, string>, runtime: string, handler: string])[] = [
  [{ "index.mjs": "export const handler = async () => 1;" }, "nodejs22.x", "index.handler"],
  [{ "index.js": "exports.handler = () => {}; exports.other = 1" }, "nodejs22.x", "index.handler"],
  [{ "app.js": "module.exports.lambdaHandler = () => {}" }, "nodejs22.x", "app.lambdaHandler"],
  [{ "main.mjs": "export async function run() {}" }, "nodejs22.x", "main.run"],
  [{ "index.mjs": "const f = () => 1;\nexport { f as handler };" }, "nodejs22.x", "index.handler"],
  [
    { "lambda_function.py": "def lambda_handler(event, context):\n  pass" },
    "python3.12",
    "lambda_function.lambda_handler",
  ],
  [{ "app.py": "import os\n\ndef helper(): ...\n\ndef handler(e, c): ..." }, "python3.12", "app.handler"],
  [{ "thing.py": "def work(event, context): ..." }, "python3.12", "thing.work"],
  [{ "a.py": "X = 1", "index.js": "exports.handler = 1" }, "nodejs22.x", "index.handler"],
  [
    { "lambda_function.rb": "def lambda_handler(event:, context:)\nend" },
    "ruby3.4",
    "lambda_function.lambda_handler",
  ],
];

describe("the guess", () => {
  for (const [files, runtime, handler] of CASES) {
    it(`${Object.keys(files).join(", ")} is ${handler} on ${runtime}`, () => {
      assert.deepEqual(guessOf(files), { runtime, handler });
    });
  }

  it("an executable bootstrap is a custom runtime; one that is not is told about", () => {
    assert.deepEqual(guessOf({ bootstrap: "#!/bin/sh" }, 0o755), {
      runtime: "provided.al2023",
      handler: "bootstrap",
    });
    assert.throws(() => guessOf({ bootstrap: "#!/bin/sh" }), /chmod \+x bootstrap/);
  });

  it("does not make up what is not there", () => {
    for (const files of [
      { "README.md": "" },
      { "x.py": "def a(): ...\ndef b(): ..." },
      { "index.ts": "export const handler = 1" },
    ]) {
      assert.throws(() => guessOf(files as Record<string, string>), CliError);
    }
    assert.throws(() => guessOf({ "index.ts": "export const handler = 1" }), /TypeScript/);
  });
});

describe("the file of a handler", () => {
  it("is there by any ending, in folders and packages, too", () => {
    const files = folderOf({ "index.mjs": "", "app.py": "" }).files();
    for (const handler of ["index.handler", "./index.handler", "app.run", "com.example.Main::run"]) {
      assert.ok(handlerIsThere(handler, files), handler);
    }
    assert.ok(!handlerIsThere("lambda_function.lambda_handler", files));
  });
});
