/** Finds the installations of Python, Node.js, Java and Ruby on this machine; nothing is downloaded here. */
import { execFile } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, realpathSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { ManagedLanguage } from "../../model/mod.ts";

export interface Interpreter {
  readonly language: ManagedLanguage;
  /** `3.10` or `22`. */
  readonly version: string;
  /** Absolute, links resolved. */
  readonly program: string;
  /** The installation's folder, to be shown to the guest; undefined when it is part of `/usr`. */
  readonly folder: string | undefined;
}

export interface InterpreterPlaces {
  /** `LAMBKIN_RUNTIMES_DIR`: `<dir>/<runtime id>/bin/<interpreter>`. */
  readonly runtimesDirs: readonly string[];
  readonly pathVariable: string;
  readonly homeDir: string;
  readonly pyenvRoot: string | undefined;
  readonly javaHome: string | undefined;
}

const run = promisify(execFile);

export function placesOf(
  env: Readonly<Record<string, string | undefined>>,
  runtimesDirs: readonly string[],
): InterpreterPlaces {
  return {
    runtimesDirs,
    pathVariable: env["PATH"] ?? "",
    homeDir: os.homedir(),
    pyenvRoot: env["PYENV_ROOT"],
    javaHome: env["JAVA_HOME"],
  };
}

/**
 * One interpreter for each language and version; the first place wins: runtime folders, the Node.js we run on,
 * pyenv, uv, rbenv, JAVA_HOME, /usr/lib/jvm, PATH. Only a plain `node`, `python3` or `ruby` on PATH has to be started to
 * learn its version.
 */
export async function findInterpreters(places: InterpreterPlaces): Promise<Interpreter[]> {
  const found = new Map<string, Interpreter>();
  const add = (candidate: Interpreter | undefined): void => {
    if (candidate === undefined) return;
    const key = candidate.language + candidate.version;
    if (!found.has(key)) found.set(key, candidate);
  };
  for (const dir of places.runtimesDirs) {
    for (const name of list(dir)) add(fromRuntimeFolder(path.join(dir, name), name));
  }
  add(nodejs(process.execPath, process.versions.node));
  const pyenv = places.pyenvRoot ?? path.join(places.homeDir, ".pyenv");
  for (const dir of [path.join(pyenv, "versions"), path.join(places.homeDir, ".local/share/uv/python")]) {
    for (const name of newestFirst(list(dir))) {
      const version = /(?:^|cpython-)(3\.\d+)\.\d+/.exec(name)?.[1];
      if (version !== undefined) add(python(path.join(dir, name, "bin", `python${version}`), version));
    }
  }
  for (const home of [places.javaHome, ...newestFirst(list(JVMS)).map((name) => path.join(JVMS, name))]) {
    if (home !== undefined) add(java(home));
  }
  const rbenv = path.join(places.homeDir, ".rbenv/versions");
  for (const name of newestFirst(list(rbenv))) {
    const version = /^(\d\.\d+)\.\d+$/.exec(name)?.[1];
    if (version !== undefined) add(interpreter("ruby", version, path.join(rbenv, name, "bin/ruby")));
  }
  for (const dir of places.pathVariable.split(path.delimiter)) {
    for (const name of list(dir)) {
      const version = /^python(3\.\d+)$/.exec(name)?.[1];
      if (version !== undefined) add(python(path.join(dir, name), version));
    }
  }
  const plain = [plainNode(places), plainPython(places), plainRuby(places)];
  for (const candidate of await Promise.all(plain)) add(candidate);
  return [...found.values()];
}

function fromRuntimeFolder(folder: string, runtimeId: string): Interpreter | undefined {
  const node = /^nodejs(\d+)\.x$/.exec(runtimeId)?.[1];
  if (node !== undefined) return nodejs(path.join(folder, "bin/node"), node);
  if (/^java\d/.test(runtimeId)) return java(folder);
  const ruby = /^ruby(\d\.\d+)$/.exec(runtimeId)?.[1];
  if (ruby !== undefined) return interpreter("ruby", ruby, path.join(folder, "bin/ruby"));
  const version = /^python(3\.\d+)$/.exec(runtimeId)?.[1];
  return version === undefined ? undefined : python(path.join(folder, "bin", `python${version}`), version);
}

const JVMS = "/usr/lib/jvm";

/** The file `release` in its home says which it is: `JAVA_VERSION="17.0.15"`, or `"1.8.0_402"`. */
function java(home: string): Interpreter | undefined {
  try {
    const release = readFileSync(path.join(home, "release"), "utf8");
    const version = /^JAVA_VERSION="(?:1\.)?(\d+)/m.exec(release)?.[1];
    return version === undefined ? undefined : interpreter("java", version, path.join(home, "bin/java"));
  } catch {
    return undefined;
  }
}

function nodejs(program: string, version: string): Interpreter | undefined {
  return interpreter("nodejs", version.split(".")[0] ?? "", program);
}

function python(program: string, version: string): Interpreter | undefined {
  return interpreter("python", version, program);
}

function interpreter(
  language: Interpreter["language"],
  version: string,
  program: string,
): Interpreter | undefined {
  if (!isNativeProgram(program)) return undefined;
  const real = realpathSync(program);
  const folder = path.dirname(path.dirname(real));
  return { language, version, program: real, folder: real.startsWith("/usr/") ? undefined : folder };
}

/** Version managers put scripts of the same names on PATH; only the real program can be shown to a sandbox. */
function isNativeProgram(program: string): boolean {
  const ELF = "\u007fELF";
  try {
    const file = openSync(program, "r");
    const magic = Buffer.alloc(4);
    readSync(file, magic, 0, 4, 0);
    closeSync(file);
    return process.platform === "linux"
      ? magic.toString("latin1") === ELF
      : magic.toString("latin1", 0, 2) !== "#!";
  } catch {
    return false;
  }
}

async function plainNode(places: InterpreterPlaces): Promise<Interpreter | undefined> {
  const program = onPath(places, "node");
  const version = program && (await printed(program, ["--version"]));
  return program && version ? nodejs(program, version.replace(/^v/, "")) : undefined;
}

async function plainPython(places: InterpreterPlaces): Promise<Interpreter | undefined> {
  const program = onPath(places, "python3");
  const version =
    program && (await printed(program, ["-c", "import sys;print('%d.%d'%sys.version_info[:2])"]));
  return program && version ? python(program, version) : undefined;
}

async function plainRuby(places: InterpreterPlaces): Promise<Interpreter | undefined> {
  const program = onPath(places, "ruby");
  const version = program && (await printed(program, ["-e", "print RUBY_VERSION[/\\d+\\.\\d+/]"]));
  return program && version ? interpreter("ruby", version, program) : undefined;
}

function onPath(places: InterpreterPlaces, name: string): string | undefined {
  return places.pathVariable
    .split(path.delimiter)
    .map((dir) => path.join(dir, name))
    .find((program) => existsSync(program) && isNativeProgram(program));
}

async function printed(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return (await run(program, args, { timeout: 10_000, env: {} })).stdout.trim();
  } catch {
    return undefined;
  }
}

function list(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

function newestFirst(names: readonly string[]): string[] {
  return [...names].sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
}
