/** A PostgreSQL of the test's own: a cluster in a temporary folder, reached through a socket in it, gone after the test. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { waitFor } from "./wait.ts";

const isRoot = process.getuid?.() === 0;

/** PostgreSQL refuses to run as root; Debian's package brings this user. */
const AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"];

/** Debian keeps it off PATH, in a folder for each version: the newest is taken. */
function programFolder(): string | undefined {
  const debian = globSync("/usr/lib/postgresql/*/bin").sort((a, b) => versionOf(b) - versionOf(a));
  const onPath = (process.env["PATH"] ?? "").split(path.delimiter);
  return [...debian, ...onPath].find((folder) => existsSync(path.join(folder, "initdb")));
}

/** Of Debian's folders; zero of others. */
function versionOf(folder: string): number {
  return Number(/\/(\d+)\/bin$/.exec(folder)?.[1] ?? 0);
}

/** Why there can be no PostgreSQL here; undefined where there can. */
export function whyNoPostgres(): string | undefined {
  if (programFolder() === undefined) return "PostgreSQL is missing (Debian: apt-get install postgresql)";
  if (isRoot && spawnSync("id", ["postgres"]).status !== 0) {
    return "PostgreSQL refuses to run as root, and there is no user 'postgres'";
  }
  return undefined;
}

/** They are in sessions of their own, so each is found by its parent; where there is no /proc they end after it. */
function childrenOf(pid: number): string[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  return existsSync(file) ? readFileSync(file, "utf8").trim().split(/\s+/) : [];
}

export interface ClusterOptions {
  /** True where the test kills the cluster; else it is quicker without. */
  readonly isDurable?: boolean;
}

export class PostgresCluster {
  readonly #folder: string;
  readonly #settings: readonly string[];
  #server: ChildProcess | undefined;

  private constructor(folder: string, settings: readonly string[]) {
    this.#folder = folder;
    this.#settings = settings;
  }

  static async start({ isDurable = false }: ClusterOptions = {}): Promise<PostgresCluster> {
    const folder = mkdtempSync(path.join(tmpdir(), "lambkin-postgres-"));
    if (isRoot) execFileSync("chown", ["postgres:", folder]);
    const durable = isDurable ? "on" : "off";
    const cluster = new PostgresCluster(folder, [
      ...["-c", "listen_addresses=", "-c", `unix_socket_directories=${folder}`],
      ...["-c", `fsync=${durable}`, "-c", `full_page_writes=${durable}`, "-c", "shared_buffers=32MB"],
    ]);
    cluster.#run("initdb", [
      ...["-D", cluster.#dataFolder, "-U", "postgres", "-A", "trust"],
      ...["-E", "UTF8", "--locale=C", "-N"],
    ]);
    await cluster.restart();
    return cluster;
  }

  /** After a `kill`, with what was committed. */
  async restart(): Promise<void> {
    const [program, args] = this.#command("postgres", ["-D", this.#dataFolder, ...this.#settings]);
    const server = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], cwd: this.#folder });
    let said = "";
    server.stderr?.on("data", (piece: Buffer) => {
      said = (said + piece.toString()).slice(-4000);
    });
    this.#server = server;
    await waitFor("PostgreSQL to take connections", async () => {
      if (server.exitCode !== null) throw new Error(`PostgreSQL ended with ${server.exitCode}: ${said}`);
      return this.#ask("postgres", "SELECT 1").catch(() => undefined);
    });
  }

  /** A new, empty database; returns its URL. `options` as in CREATE DATABASE. */
  async createDatabase(options = this.#byLanguage): Promise<string> {
    const name = `test_${randomUUID().replaceAll("-", "")}`;
    await this.#ask("postgres", `CREATE DATABASE ${name} TEMPLATE template0 ${options}`);
    return this.#url(name);
  }

  /** All of it at once, without a word, as in a power cut but for the disk's own cache. */
  async kill(): Promise<void> {
    const server = this.#server;
    if (server?.pid === undefined) return;
    const ended = new Promise((resolve) => server.once("exit", resolve));
    for (const pid of [String(server.pid), ...childrenOf(server.pid)]) {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        // It ended by itself meanwhile.
      }
    }
    await ended;
    this.#server = undefined;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server !== undefined) {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      // Immediate shutdown: what is in the folder is thrown away anyhow.
      server.kill("SIGQUIT");
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Where PostgreSQL can: texts sort by English rules, so that a store that needs another order has to say so. */
  get #byLanguage(): string {
    return versionOf(programFolder() ?? "") >= 15 ? "LOCALE_PROVIDER icu ICU_LOCALE 'en' LOCALE 'C'" : "";
  }

  get #dataFolder(): string {
    return path.join(this.#folder, "data");
  }

  #url(database: string): string {
    return `postgresql://postgres@${encodeURIComponent(this.#folder)}/${database}`;
  }

  async #ask(database: string, text: string): Promise<unknown> {
    const client = new pg.Client({ connectionString: this.#url(database) });
    await client.connect();
    try {
      return await client.query(text);
    } finally {
      await client.end();
    }
  }

  #run(name: string, args: readonly string[]): void {
    const [program, all] = this.#command(name, args);
    execFileSync(program, all, { stdio: ["ignore", "ignore", "pipe"], cwd: this.#folder });
  }

  #command(name: string, args: readonly string[]): [program: string, args: string[]] {
    const program = path.join(programFolder() ?? "", name);
    if (!isRoot) return [program, [...args]];
    const [setpriv = "", ...rest] = AS_POSTGRES;
    return [setpriv, [...rest, program, ...args]];
  }
}
