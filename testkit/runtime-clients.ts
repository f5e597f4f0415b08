/**
 * AWS's own runtime clients from their registries, built once for a checkout into `.cache/`. Each answers a sentence
 * where it cannot be built here.
 */
import { execFile } from "node:child_process";
import { access, chmod, copyFile, link, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { PROJECT } from "./server.ts";

const run = promisify(execFile);
const BUILD_MS_MAX = 9 * 60_000;

type Build<T> = Promise<T | string>;

/** `build` works in the folder; what it leaves there is kept only when it succeeds. */
async function once(name: string, build: (folder: string) => Promise<void>): Build<{ folder: string }> {
  const folder = path.join(PROJECT, ".cache/runtime-clients", name);
  const done = path.join(folder, ".done");
  try {
    await access(done);
    return { folder };
  } catch {
    // Not built yet, or not to the end.
  }
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await build(folder);
    await writeFile(done, "");
    return { folder };
  } catch (error) {
    const { message, stderr = "" } = error as Error & { stderr?: string };
    return `${name} could not be built: ${message.slice(0, 300)} ${stderr.slice(-500)}`;
  }
}

const GO_VERSION = "1.47.0";

/** A program with the official Go library. */
export async function goProgram(source: string): Build<Uint8Array> {
  const built = await once(`go-${GO_VERSION}`, async (folder) => {
    await writeFile(path.join(folder, "main.go"), source);
    const module = `module example\n\ngo 1.19\n\nrequire github.com/aws/aws-lambda-go v${GO_VERSION}\n`;
    await writeFile(path.join(folder, "go.mod"), module);
    const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod" };
    await run("go", ["build", "-o", "bootstrap", "."], { cwd: folder, env, timeout: BUILD_MS_MAX });
  });
  return typeof built === "string" ? built : readFile(path.join(built.folder, "bootstrap"));
}

const RUST_VERSION = "0.13.0";

/** A program with the official Rust library. */
export async function rustProgram(source: string): Build<Uint8Array> {
  const built = await once(`rust-${RUST_VERSION}`, async (folder) => {
    await mkdir(path.join(folder, "src"));
    await writeFile(path.join(folder, "src/main.rs"), source);
    const manifest = `[package]
name = "bootstrap"
version = "0.1.0"
edition = "2021"

[dependencies]
lambda_runtime = { version = "=${RUST_VERSION}", default-features = false }
serde_json = "1"
tokio = { version = "1", features = ["macros", "rt"] }

[profile.release]
opt-level = 1
strip = true
`;
    await writeFile(path.join(folder, "Cargo.toml"), manifest);
    await run("cargo", ["build", "--release", "--quiet"], { cwd: folder, timeout: BUILD_MS_MAX });
    await copyFile(path.join(folder, "target/release/bootstrap"), path.join(folder, "bootstrap"));
    await rm(path.join(folder, "target"), { recursive: true });
  });
  return typeof built === "string" ? built : readFile(path.join(built.folder, "bootstrap"));
}

const PYTHON_CLIENT = "awslambdaric==4.2.2";

/** The files of AWS's Python runtime client for the machine's own Python, by name. */
export async function pythonClient(): Build<Record<string, Uint8Array>> {
  const python = "/usr/bin/python3";
  const built = await once("python", async (folder) => {
    const { stdout } = await run(python, ["-c", "import sys;print('%d.%d'%sys.version_info[:2])"]);
    const wheels = ["--only-binary=:all:", "--python-version", stdout.trim()];
    const options = ["--quiet", "--no-compile", "--root-user-action=ignore", "--target", folder];
    const pip = path.join(PROJECT, ".cache/venv/bin/python");
    await run(pip, ["-m", "pip", "install", ...options, ...wheels, PYTHON_CLIENT], {
      timeout: BUILD_MS_MAX,
    });
  });
  return typeof built === "string" ? built : filesOf(built.folder);
}

const NODE_CLIENT = "aws-lambda-ric@4.0.2";

export interface NodeClient {
  readonly files: Record<string, Uint8Array>;
  /** Folder with the program `node` that the client was built for. */
  readonly nodeFolder: string;
}

/** AWS's Node.js runtime client, whose native part is compiled here for the Node.js that we run on. */
export async function nodeClient(): Build<NodeClient> {
  const home = path.dirname(path.dirname(process.execPath));
  const built = await once(`node-${process.versions.modules}`, async (folder) => {
    await writeFile(path.join(folder, "package.json"), '{ "private": true }');
    const env = {
      ...process.env,
      PATH: `${path.join(home, "bin")}:${process.env["PATH"]}`,
      npm_config_nodedir: home,
    };
    const options = ["--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"];
    const npm = process.env["npm_execpath"];
    const [program, ...first] = npm === undefined ? ["npm"] : [process.execPath, npm];
    await run(program ?? "npm", [...first, "install", ...options, NODE_CLIENT], {
      cwd: folder,
      env,
      timeout: BUILD_MS_MAX,
    });
    await mkdir(path.join(folder, "bin"));
    const node = path.join(folder, "bin/node");
    await link(process.execPath, node).catch(() => copyFile(process.execPath, node));
    await chmod(node, 0o755);
  });
  if (typeof built === "string") return built;
  const modules = path.join(built.folder, "node_modules");
  // The rest is what it takes to compile it.
  const needed = ["aws-lambda-ric", "@aws"];
  const files: Record<string, Uint8Array> = {};
  for (const name of needed) {
    const found = await filesOf(path.join(modules, name));
    for (const [file, content] of Object.entries(found)) {
      if (!file.startsWith("deps/")) files[`node_modules/${name}/${file}`] = content;
    }
  }
  return { files, nodeFolder: path.join(built.folder, "bin") };
}

async function filesOf(folder: string): Promise<Record<string, Uint8Array>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== ".done");
  return Object.fromEntries(
    await Promise.all(
      files.map(async (entry) => {
        const file = path.join(entry.parentPath, entry.name);
        return [path.relative(folder, file), await readFile(file)] as const;
      }),
    ),
  );
}
