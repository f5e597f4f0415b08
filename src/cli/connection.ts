/** Which server a command speaks to, and as whom: options first, then the variables AWS's own tools read. */
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import type { Command } from "commander";
import { usageError } from "./cli-error.ts";

export interface Connection {
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** What every command takes. */
export interface GlobalOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly json?: boolean;
}

type Variables = Readonly<Record<string, string | undefined>>;

const PORT = "4566";

/** They may stand before the command's name and after it. */
export function addGlobalOptions(command: Command): void {
  command
    .option("--endpoint <url>", "where the server is (AWS_ENDPOINT_URL, or LAMBKIN_PORT on this machine)")
    .option("--region <name>", "region (AWS_REGION, AWS_DEFAULT_REGION, else us-east-1)")
    .option("--json", "print JSON and nothing else");
}

/** The options of a command with those that stood before its name. */
export function optionsOf<T extends object>(command: Command): T & GlobalOptions {
  return command.optsWithGlobals<T & GlobalOptions>();
}

/** Throws CliError when the endpoint is no address. */
export function connectionOf(options: GlobalOptions, env: Variables = process.env): Connection {
  const sessionToken = env["AWS_SESSION_TOKEN"];
  return {
    endpoint: endpointOf(options, env),
    region: options.region || env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || "us-east-1",
    credentials: {
      accessKeyId: env["AWS_ACCESS_KEY_ID"] || "test",
      secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] || "test",
      ...(sessionToken && { sessionToken }),
    },
  };
}

function endpointOf(options: GlobalOptions, env: Variables): string {
  const named = options.endpoint || env["AWS_ENDPOINT_URL"];
  if (!named) return `http://127.0.0.1:${env["LAMBKIN_PORT"] || portOfEnvFile() || PORT}`;
  const url = URL.parse(named);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw usageError(`The endpoint must be an address such as http://127.0.0.1:${PORT}, not "${named}".`);
  }
  return named.replace(/\/+$/, "");
}

/** The server reads a file `.env` where it is started; who asks from the same folder should find it. */
function portOfEnvFile(): string | undefined {
  try {
    return parseEnv(readFileSync(".env", "utf8"))["LAMBKIN_PORT"];
  } catch {
    return undefined;
  }
}
