/** Reads the environment into one frozen Config; a wrong value stops the start with a sentence that names it. */
import os from "node:os";
import path from "node:path";
import { ConfigError } from "./config-error.ts";
import { ENVIRONMENT_LIMITS, FRONT_LIMITS, LAMBDA_LIMITS, LOGS_LIMITS } from "./limits.ts";
import { type TraceSettings, traceSettings } from "./trace-settings.ts";

export type IsolationChoice = "auto" | "bubblewrap" | "oci" | "process";
export type OciRuntimeChoice = "auto" | "runc" | "crun" | "runsc";
export type NetworkChoice = "auto" | "namespaces" | "pasta" | "host" | "none";

/** Another server that speaks one of AWS's protocols. */
export interface ServiceEndpoint {
  readonly endpointUrl: string;
  /** Undefined: requests are signed with a key named after the caller's account, for servers that take any. */
  readonly credentials: KeyPair | undefined;
}

export interface KeyPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Config {
  readonly host: string;
  /** 0 lets the system choose; the ready line names the port. */
  readonly port: number;
  /** Threads that speak HTTP for the server's thread; none: it does so itself. */
  readonly fronts: number;
  /** Absolute path; everything that survives a restart lives below it. */
  readonly dataDir: string;
  /** `auto` takes the strongest driver the machine has and warns when that is `process`. */
  readonly isolation: IsolationChoice;
  /** Which runtime makes the sandboxes of the isolation `oci`. */
  readonly ociRuntime: OciRuntimeChoice;
  /** `auto` gives each function a network of its own where the machine can, and warns where it cannot. */
  readonly network: NetworkChoice;
  /** False: a missing interpreter version is an error at create instead of a warning. */
  readonly runtimeFallback: boolean;
  /** Further folder with runtimes as `<runtime>/bin/<interpreter>`. */
  readonly runtimesDir: string | undefined;
  /** A folder for each file system access point, by the access point's name. */
  readonly fileSystemsDir: string;
  /** Idle execution environments end after this. */
  readonly keepAliveMs: number;
  /** An environment that is older ends after its invocation. */
  readonly environmentAgeMsMax: number;
  /** What idle environments may hold together, bytes. */
  readonly idleBytesMax: number;
  /** Until the second attempt of an event; the third waits twice as long. */
  readonly asyncRetryMs: number;
  /** Sandboxes of one interpreter that wait for a function, at most. */
  readonly parkedMax: number;
  /** What all of them may hold together, bytes. */
  readonly parkedBytesMax: number;
  readonly accountConcurrency: number;
  /** Whether synchronous requests a second are limited as on AWS: ten for each unit of concurrency. */
  readonly limitsRequestRate: boolean;
  /** What all log groups may hold together, bytes; the oldest events go first. */
  readonly logBytesMax: number;
  /** Undefined: code cannot be named by an S3 location, and no record goes to a bucket. */
  readonly s3: ServiceEndpoint | undefined;
  /** Undefined: queues are those of this server. */
  readonly sqs: ServiceEndpoint | undefined;
  /** Undefined: nothing can be told to a topic, or to an event bus. */
  readonly sns: ServiceEndpoint | undefined;
  readonly eventBridge: ServiceEndpoint | undefined;
  /** Undefined: mappings of such streams are kept, but not read. */
  readonly kinesis: ServiceEndpoint | undefined;
  readonly dynamodbStreams: ServiceEndpoint | undefined;
  /** Undefined: no traces are sent. */
  readonly traces: TraceSettings | undefined;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

const MIB = 1024 * 1024;

function shareOfTheMachineMib(share: number): number {
  return Math.floor((os.totalmem() * share) / MIB);
}

type Variables = Readonly<Record<string, string | undefined>>;

function integer(env: Variables, name: string, fallback: number, min: number, max: number): number {
  const text = env[name];
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new ConfigError(`${name} must be a whole number from ${min} to ${max}, not "${text}".`);
  }
  return value;
}

function oneOf<T extends string>(env: Variables, name: string, values: readonly T[], fallback: T): T {
  const text = env[name];
  if (text === undefined || text === "") return fallback;
  const value = values.find((candidate) => candidate === text);
  if (value === undefined) {
    throw new ConfigError(`${name} must be one of ${values.join(", ")}, not "${text}".`);
  }
  return value;
}

/** From `<prefix>_ENDPOINT_URL` and the key that goes with it. */
function endpoint(env: Variables, prefix: string): ServiceEndpoint | undefined {
  const name = `${prefix}_ENDPOINT_URL`;
  const endpointUrl = env[name];
  if (!endpointUrl) return undefined;
  const url = URL.parse(endpointUrl);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.search !== "") {
    throw new ConfigError(`${name} must be a plain http or https address such as http://127.0.0.1:9000.`);
  }
  const own = keyPair(env, prefix);
  const sessionToken = env["AWS_SESSION_TOKEN"];
  const usual = own ?? keyPair(env, "AWS");
  const credentials = own === undefined && usual && sessionToken ? { ...usual, sessionToken } : usual;
  return { endpointUrl, credentials };
}

/** Throws ConfigError when only one half of the pair is there. */
function keyPair(env: Variables, prefix: string): KeyPair | undefined {
  const names = [`${prefix}_ACCESS_KEY_ID`, `${prefix}_SECRET_ACCESS_KEY`] as const;
  const [accessKeyId, secretAccessKey] = names.map((name) => env[name]);
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey };
  if (accessKeyId || secretAccessKey) throw new ConfigError(`${names.join(" and ")} must be set together.`);
  return undefined;
}

/** docs/decisions/0025-fronts.md says why so many. Throws ConfigError. */
function fronts(env: Variables): number {
  // Elsewhere the system does not spread connections over those who share a port.
  const canShare = process.platform === "linux";
  const share = Math.floor(os.availableParallelism() / FRONT_LIMITS.processorsOfOne);
  const fitting = canShare ? Math.min(share, FRONT_LIMITS.usualMax) : 0;
  const count = integer(env, "LAMBKIN_FRONTS", fitting, 0, FRONT_LIMITS.frontsMax);
  if (count > 0 && !canShare) throw new ConfigError("LAMBKIN_FRONTS needs Linux; elsewhere it must be 0.");
  return count;
}

/** Throws ConfigError. `cwd` is what a relative data folder is relative to. */
export function readConfig(env: Variables, cwd: string): Config {
  const host = env["LAMBKIN_HOST"] || "127.0.0.1";
  const auth = oneOf(env, "LAMBKIN_AUTH", ["open", "iam"], "open");
  if (auth === "iam") {
    throw new ConfigError("LAMBKIN_AUTH=iam is not built yet; only open, on a loopback address, is.");
  }
  if (!LOOPBACK.test(host)) {
    throw new ConfigError(
      `LAMBKIN_HOST=${host} is not a loopback address, and LAMBKIN_AUTH=open lets everybody who reaches the ` +
        "port run code here. Use 127.0.0.1 (or put an authenticating proxy in front of it).",
    );
  }
  const dataDir = path.resolve(cwd, env["LAMBKIN_DATA_DIR"] || ".lambkin");
  return Object.freeze({
    host,
    port: integer(env, "LAMBKIN_PORT", 4566, 0, 65_535),
    fronts: fronts(env),
    dataDir,
    isolation: oneOf(env, "LAMBKIN_ISOLATION", ["auto", "bubblewrap", "oci", "process"], "auto"),
    ociRuntime: oneOf(env, "LAMBKIN_OCI_RUNTIME", ["auto", "runc", "crun", "runsc"], "auto"),
    network: oneOf(env, "LAMBKIN_NETWORK", ["auto", "namespaces", "pasta", "host", "none"], "auto"),
    runtimeFallback: oneOf(env, "LAMBKIN_RUNTIME_FALLBACK", ["on", "off"], "on") === "on",
    runtimesDir: env["LAMBKIN_RUNTIMES_DIR"] ? path.resolve(cwd, env["LAMBKIN_RUNTIMES_DIR"]) : undefined,
    fileSystemsDir: env["LAMBKIN_FILE_SYSTEMS_DIR"]
      ? path.resolve(cwd, env["LAMBKIN_FILE_SYSTEMS_DIR"])
      : path.join(dataDir, "file-systems"),
    environmentAgeMsMax:
      1000 *
      integer(env, "LAMBKIN_MAX_AGE_SECONDS", ENVIRONMENT_LIMITS.environmentAgeMsDefault / 1000, 1, 604_800),
    keepAliveMs:
      1000 *
      integer(env, "LAMBKIN_KEEP_ALIVE_SECONDS", ENVIRONMENT_LIMITS.keepAliveMsDefault / 1000, 0, 86_400),
    idleBytesMax: MIB * integer(env, "LAMBKIN_IDLE_MEMORY_MB", shareOfTheMachineMib(0.5), 1, 100_000_000),
    asyncRetryMs:
      1000 * integer(env, "LAMBKIN_ASYNC_RETRY_SECONDS", LAMBDA_LIMITS.asyncRetryMsDefault / 1000, 0, 3600),
    parkedMax: integer(env, "LAMBKIN_PARKED_MAX", ENVIRONMENT_LIMITS.parkedOfInterpreterMaxDefault, 0, 1000),
    parkedBytesMax:
      MIB *
      integer(
        env,
        "LAMBKIN_PARKED_MEMORY_MB",
        shareOfTheMachineMib(ENVIRONMENT_LIMITS.parkedMemoryShareDefault),
        0,
        100_000_000,
      ),
    accountConcurrency: integer(
      env,
      "LAMBKIN_ACCOUNT_CONCURRENCY",
      LAMBDA_LIMITS.accountConcurrency,
      LAMBDA_LIMITS.unreservedConcurrencyMin,
      100_000,
    ),
    limitsRequestRate: oneOf(env, "LAMBKIN_REQUEST_RATE", ["aws", "unlimited"], "unlimited") === "aws",
    logBytesMax: MIB * integer(env, "LAMBKIN_LOGS_MAX_MB", LOGS_LIMITS.storedBytesMax / MIB, 1, 10_000_000),
    s3: endpoint(env, "LAMBKIN_S3"),
    sqs: endpoint(env, "LAMBKIN_SQS"),
    sns: endpoint(env, "LAMBKIN_SNS"),
    eventBridge: endpoint(env, "LAMBKIN_EVENTBRIDGE"),
    kinesis: endpoint(env, "LAMBKIN_KINESIS"),
    dynamodbStreams: endpoint(env, "LAMBKIN_DYNAMODB_STREAMS"),
    traces: traceSettings(env),
  });
}
