/** Brings one function to what its folder and settings say: creates it, or changes what differs and nothing else. */
import { setTimeout as wait } from "node:timers/promises";
import type { FunctionConfiguration, LambdaClient, Runtime } from "@aws-sdk/client-lambda";
import { CLI_LIMITS } from "../../config/mod.ts";
import { CliError, isNamed } from "../cli-error.ts";
import type { Archive } from "./archive.ts";
import type { DeploySettings } from "./deploy-settings.ts";
import type { Guess } from "./guess.ts";

export interface Plan {
  readonly settings: DeploySettings;
  readonly archive: Archive;
  /** Asked where the settings do not say what runs the function and nothing there does. */
  readonly guess: () => Promise<Guess>;
  /** Whether what an existing function is run by can be right for the files there are now. */
  readonly fits: (handler: string) => boolean;
  readonly publish: boolean;
}

export interface Deployment {
  readonly functionName: string;
  readonly functionArn: string;
  readonly runtime: string;
  readonly handler: string;
  readonly codeSha256: string;
  readonly isCreated: boolean;
  /** What had to be changed of a function that was there. */
  readonly updated: readonly ("code" | "configuration")[];
  /** Where one was published. */
  readonly version?: string;
  readonly url?: string;
}

const ROLE = "arn:aws:iam::000000000000:role/lambda-role";
const [LOOK_MS_FIRST, LOOK_MS_MAX] = CLI_LIMITS.lookMs;

type Lambda = typeof import("@aws-sdk/client-lambda");

/** Rejects with the API's refusals, and with CliError when the function does not become ready. */
export async function deployFunction(client: LambdaClient, plan: Plan): Promise<Deployment> {
  const lambda = await import("@aws-sdk/client-lambda");
  const { name } = plan.settings;
  const before = await find(lambda, client, name);
  const updated: ("code" | "configuration")[] = [];
  if (before === undefined) await create(lambda, client, plan);
  else updated.push(...(await update(lambda, client, plan, before)));
  const after = updated.length > 0 || before === undefined ? await settled(lambda, client, name) : before;
  const version = plan.publish
    ? (await client.send(new lambda.PublishVersionCommand({ FunctionName: name }))).Version
    : undefined;
  const url = plan.settings.url ? await functionUrl(lambda, client, name) : undefined;
  return {
    functionName: name,
    functionArn: after.FunctionArn ?? "",
    runtime: after.Runtime ?? "",
    handler: after.Handler ?? "",
    codeSha256: after.CodeSha256 ?? "",
    isCreated: before === undefined,
    updated,
    ...(version !== undefined && { version }),
    ...(url !== undefined && { url }),
  };
}

async function find(
  { GetFunctionConfigurationCommand }: Lambda,
  client: LambdaClient,
  name: string,
): Promise<FunctionConfiguration | undefined> {
  try {
    return await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
  } catch (error) {
    if (isNamed(error, "ResourceNotFoundException")) return undefined;
    throw error;
  }
}

async function create(lambda: Lambda, client: LambdaClient, plan: Plan): Promise<void> {
  const { settings, archive } = plan;
  const { runtime, handler } = await runBy(plan);
  await client.send(
    new lambda.CreateFunctionCommand({
      FunctionName: settings.name,
      Runtime: runtime as Runtime,
      Handler: handler,
      Role: settings.role ?? ROLE,
      Code: { ZipFile: archive.bytes },
      ...(settings.description !== undefined && { Description: settings.description }),
      ...(settings.memory !== undefined && { MemorySize: settings.memory }),
      ...(settings.timeout !== undefined && { Timeout: settings.timeout }),
      ...(settings.layers !== undefined && { Layers: [...settings.layers] }),
      Environment: { Variables: { ...settings.environment, ...settings.furtherEnvironment } },
    }),
  );
}

/** What was said, and a guess for what was not. */
async function runBy({ settings, guess }: Plan): Promise<Guess> {
  const { runtime, handler } = settings;
  if (runtime !== undefined && handler !== undefined) return { runtime, handler };
  const guessed = await guess();
  return { runtime: runtime ?? guessed.runtime, handler: handler ?? guessed.handler };
}

async function update(
  lambda: Lambda,
  client: LambdaClient,
  plan: Plan,
  before: FunctionConfiguration,
): Promise<("code" | "configuration")[]> {
  const { name } = plan.settings;
  const changes = await changesOf(plan, before);
  const isCodeNew = before.CodeSha256 !== plan.archive.sha256;
  const isConfigurationNew = Object.keys(changes).length > 0;
  // Somebody else's change must be over first.
  if (before.LastUpdateStatus === "InProgress" || before.State === "Pending") {
    if (isCodeNew || isConfigurationNew) await settled(lambda, client, name);
  }
  if (isCodeNew) {
    const code = { FunctionName: name, ZipFile: plan.archive.bytes };
    await client.send(new lambda.UpdateFunctionCodeCommand(code));
  }
  if (isConfigurationNew) {
    if (isCodeNew) await settled(lambda, client, name);
    await client.send(new lambda.UpdateFunctionConfigurationCommand({ FunctionName: name, ...changes }));
  }
  return [
    ...(isCodeNew ? (["code"] as const) : []),
    ...(isConfigurationNew ? (["configuration"] as const) : []),
  ];
}

interface Changes {
  Runtime?: Runtime;
  Handler?: string;
  Role?: string;
  Description?: string;
  MemorySize?: number;
  Timeout?: number;
  Layers?: string[];
  Environment?: { Variables: Record<string, string> };
}

/** Only what was asked for and is not so already. */
async function changesOf(plan: Plan, before: FunctionConfiguration): Promise<Changes> {
  const { settings } = plan;
  const isUnfit =
    settings.runtime === undefined && settings.handler === undefined && !plan.fits(before.Handler ?? "");
  const { runtime, handler } = isUnfit ? await plan.guess() : settings;
  const layers = (before.Layers ?? []).map(({ Arn }) => Arn);
  const variables = before.Environment?.Variables ?? {};
  const wanted = { ...(settings.environment ?? variables), ...settings.furtherEnvironment };
  return {
    ...(differs(runtime, before.Runtime) && { Runtime: runtime as Runtime }),
    ...(differs(handler, before.Handler) && { Handler: handler }),
    ...(differs(settings.role, before.Role) && { Role: settings.role }),
    ...(differs(settings.description, before.Description ?? "") && { Description: settings.description }),
    ...(differs(settings.memory, before.MemorySize) && { MemorySize: settings.memory }),
    ...(differs(settings.timeout, before.Timeout) && { Timeout: settings.timeout }),
    ...(settings.layers && !isSame(settings.layers, layers) && { Layers: [...settings.layers] }),
    ...(!isSame(sorted(wanted), sorted(variables)) && { Environment: { Variables: wanted } }),
  };
}

function differs<T>(wanted: T | undefined, there: T | undefined): wanted is T {
  return wanted !== undefined && wanted !== there;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function sorted(variables: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(variables).sort(([one], [other]) => (one < other ? -1 : 1));
}

/** When the function can be called, and runs what it was last told to. */
async function settled(lambda: Lambda, client: LambdaClient, name: string): Promise<FunctionConfiguration> {
  const deadlineMs = performance.now() + CLI_LIMITS.functionReadyMsMax;
  for (let pauseMs: number = LOOK_MS_FIRST; ; pauseMs = Math.min(LOOK_MS_MAX, pauseMs * 2)) {
    const now = await client.send(new lambda.GetFunctionConfigurationCommand({ FunctionName: name }));
    const why = now.StateReason ?? now.LastUpdateStatusReason ?? "no reason is given";
    if (now.State === "Failed" || now.LastUpdateStatus === "Failed") {
      throw new CliError(`${name} did not become ready: ${why}.`);
    }
    if (now.State !== "Pending" && now.LastUpdateStatus !== "InProgress") return now;
    if (performance.now() > deadlineMs) throw new CliError(`${name} is still ${now.State}: ${why}.`);
    await wait(pauseMs);
  }
}

/** The one there is, or a new one that anybody may call. */
async function functionUrl(lambda: Lambda, client: LambdaClient, name: string): Promise<string | undefined> {
  try {
    const found = await client.send(new lambda.GetFunctionUrlConfigCommand({ FunctionName: name }));
    return found.FunctionUrl;
  } catch (error) {
    if (!isNamed(error, "ResourceNotFoundException")) throw error;
  }
  const made = await client.send(
    new lambda.CreateFunctionUrlConfigCommand({ FunctionName: name, AuthType: "NONE" }),
  );
  return made.FunctionUrl;
}
