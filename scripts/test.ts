/** `npm test`: the checks, then every test; names on the command line narrow it to the files that contain them. */
import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import path from "node:path";
import { whyNoPostgres } from "../testkit/postgres.ts";

const PROJECT = path.dirname(import.meta.dirname);
const names = process.argv.slice(2);

/** Tests of the runtimes' own code find the installed versions there. */
const env = { LAMBKIN_RUNTIMES_DIR: path.join(PROJECT, ".cache/runtimes"), ...process.env };

function run(args: readonly string[], settings: Readonly<Record<string, string>> = {}): number {
  const options = { cwd: PROJECT, stdio: "inherit", env: { ...env, ...settings } } as const;
  return spawnSync(process.execPath, args, options).status ?? 1;
}

if (names.length === 0 && run(["scripts/check.ts"]) !== 0) process.exit(1);

const files = ["src/**/*.test.ts", "console/src/**/*.test.ts", "scripts/**/*.test.ts", "tests/**/*.test.ts"]
  .flatMap((pattern) => globSync(pattern, { cwd: PROJECT }))
  .filter((file) => names.length === 0 || names.some((name) => file.includes(name)))
  .sort();
const status = runTests(files, {});
process.exit(
  names.length === 0 ? status || runOnPostgres() || runThroughFronts() || runWithOciRuntimes() : status,
);

// Two files at a time: each starts servers and runtimes of its own.
function runTests(chosen: readonly string[], settings: Readonly<Record<string, string>>): number {
  const options = ["--test-concurrency=2", "--test-timeout=180000", "--test-reporter=spec"];
  return run(["--test", ...options, ...chosen], settings);
}

/** What queues promise holds on PostgreSQL, too. */
function runOnPostgres(): number {
  const suite = globSync("src/services/sqs/*.test.ts", { cwd: PROJECT }).sort();
  const why = whyNoPostgres();
  if (why !== undefined) {
    console.log(`SKIPPED: ${suite.length} test files with queues on PostgreSQL: ${why}`);
    return 0;
  }
  console.log("\nOnce more with queues on PostgreSQL:");
  return runTests(suite, { LAMBKIN_TEST_STORE: "postgres" });
}

/** What HTTP promises holds where other threads speak it, too. */
function runThroughFronts(): number {
  const names = [
    ...[
      "bad-input",
      "concurrency",
      "correct-under-speed",
      "debug",
      "environments",
      "function-urls",
      "invoke",
    ],
    ...["logs-live-tail", "response-streaming", "shell", "sqs-clients"],
  ];
  const suite = names.map((name) => `tests/integration/${name}.test.ts`);
  if (process.platform !== "linux") {
    console.log(`SKIPPED: ${suite.length} test files through fronts: threads share a port on Linux only`);
    return 0;
  }
  console.log("\nOnce more through two fronts:");
  return runTests(suite, { LAMBKIN_FRONTS: "2" });
}

/** What an execution environment promises holds in the sandboxes of OCI runtimes, too. */
function runWithOciRuntimes(): number {
  const everywhere = [
    ...["concurrency", "custom-runtimes", "exec-wrapper", "extensions", "file-systems", "invoke", "layers"],
    ...["logging-config", "response-streaming", "telemetry"],
  ];
  // gVisor's own kernel answers some attacks otherwise, and slowly: those are tried by hand.
  const suites = { runc: [...everywhere, "hostile", "lifecycle"], runsc: everywhere };
  for (const [runtime, names] of Object.entries(suites)) {
    const suite = names.map((name) => `tests/integration/${name}.test.ts`);
    const isThere = ["/usr/bin", "/usr/sbin", "/usr/local/bin"].some((folder) =>
      existsSync(path.join(folder, runtime)),
    );
    if (process.getuid?.() !== 0 || !isThere) {
      console.log(`SKIPPED: ${suite.length} test files with ${runtime}: it takes root, and ${runtime}`);
      continue;
    }
    console.log(`\nOnce more with ${runtime}:`);
    const settings = { LAMBKIN_ISOLATION: "oci", LAMBKIN_OCI_RUNTIME: runtime };
    const oci = runTests(suite, settings);
    if (oci !== 0) return oci;
  }
  return 0;
}
