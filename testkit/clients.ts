/** The real clients: the JavaScript SDK, and the programs `aws` and `python3` with boto3 as child processes. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SQSClient } from "@aws-sdk/client-sqs";
import { STSClient } from "@aws-sdk/client-sts";
import { PROJECT } from "./server.ts";

export interface ClientOptions {
  readonly accessKeyId?: string;
  readonly region?: string;
  /** 1 shows every refusal instead of trying again. */
  readonly maxAttempts?: number;
}

function settings(
  url: string,
  { accessKeyId = "test", region = "us-east-1", maxAttempts = 1 }: ClientOptions,
) {
  return {
    endpoint: url,
    region,
    maxAttempts,
    requestHandler: { httpAgent: { maxSockets: 500 } },
    credentials: { accessKeyId, secretAccessKey: "test" },
  };
}

export function lambdaClient(url: string, options: ClientOptions = {}): LambdaClient {
  return new LambdaClient(settings(url, options));
}

export function logsClient(url: string, options: ClientOptions = {}): CloudWatchLogsClient {
  return new CloudWatchLogsClient(settings(url, options));
}

export function cloudWatchClient(url: string, options: ClientOptions = {}): CloudWatchClient {
  return new CloudWatchClient(settings(url, options));
}

export function sqsClient(url: string, options: ClientOptions = {}): SQSClient {
  return new SQSClient(settings(url, options));
}

export function stsClient(url: string, options: ClientOptions = {}): STSClient {
  return new STSClient(settings(url, options));
}

export interface ProgramResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a developer exports in a shell, and nothing else of AWS's. */
function clientVariables(url: string): NodeJS.ProcessEnv {
  const venv = path.join(PROJECT, ".cache/venv/bin");
  return {
    ...process.env,
    ...(existsSync(venv) && { PATH: `${venv}:${process.env["PATH"]}` }),
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_PAGER: "",
  };
}

export function runProgram(
  url: string,
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<ProgramResult> {
  const child = spawn(program, args, { cwd, env: clientVariables(url), stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on("data", (chunk) => {
    stderr += String(chunk);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** Runs `aws` and parses what it prints; rejects with its complaint. */
export async function aws(url: string, args: readonly string[], cwd: string): Promise<unknown> {
  const { code, stdout, stderr } = await runProgram(url, "aws", args, cwd);
  if (code !== 0) throw new Error(stderr.trim());
  return stdout.trim() === "" ? undefined : JSON.parse(stdout);
}

/** Runs a Python script that prints one JSON document. */
export async function python(url: string, script: string, cwd: string): Promise<unknown> {
  const { code, stdout, stderr } = await runProgram(url, "python3", [script], cwd);
  if (code !== 0) throw new Error(stderr.trim());
  return JSON.parse(stdout);
}
