/** Functions for tests: archives made in memory, and the few calls every test makes. */
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  GetFunctionConfigurationCommand,
  type GetFunctionConfigurationCommandOutput,
  InvokeCommand,
  type InvokeCommandInput,
  type LambdaClient,
} from "@aws-sdk/client-lambda";
import { type Zippable, zipSync } from "fflate";
import { waitFor } from "./wait.ts";

export const ROLE = "arn:aws:iam::000000000000:role/lambda-role";

const UNIX = 3;

/** `files` by name; `executables` get mode 0755. */
export function zip(
  files: Readonly<Record<string, string | Uint8Array>>,
  executables: readonly string[] = [],
): Uint8Array {
  const entries: Zippable = {};
  for (const [name, content] of Object.entries(files)) {
    const mode = executables.includes(name) ? 0o100755 : 0o100644;
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    entries[name] = [bytes, { os: UNIX, attrs: mode << 16 }];
  }
  // The same files give the same archive, whenever it is made.
  return zipSync(entries, { mtime: "2020-01-01T00:00:00Z" });
}

export function pythonZip(source: string): Uint8Array {
  return zip({ "lambda_function.py": source });
}

export function nodeZip(source: string): Uint8Array {
  return zip({ "index.js": source });
}

/** A custom runtime in shell, with curl, that answers every invocation with the JSON text, in the shell's double quotes. */
export function shellBootstrap(answer: string): string {
  return `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
while true; do
  headers=$(mktemp)
  curl -sS -D "$headers" "$api/invocation/next" > /dev/null
  id=$(tr -d '\\r' < "$headers" | sed -n 's/^lambda-runtime-aws-request-id: //ip')
  curl -sS -o /dev/null -d "${answer}" "$api/invocation/$id/response"
done
`;
}

type Overrides = Partial<CreateFunctionCommandInput>;

/** A function that is ready to be invoked; Python unless told otherwise. */
export async function createFunction(
  client: LambdaClient,
  name: string,
  code: Uint8Array,
  overrides: Overrides = {},
): Promise<void> {
  await client.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: "python3.11",
      Handler: "lambda_function.lambda_handler",
      Role: ROLE,
      Timeout: 15,
      Code: { ZipFile: code },
      ...overrides,
    }),
  );
}

/** A published version once it is no longer Pending. */
export function settledVersion(
  client: LambdaClient,
  FunctionName: string,
  Qualifier = "1",
): Promise<GetFunctionConfigurationCommandOutput> {
  return waitFor(`${FunctionName}:${Qualifier} to be settled`, async () => {
    const now = await client.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier }));
    return now.State === "Pending" ? undefined : now;
  });
}

export const NODE = { Runtime: "nodejs26.x", Handler: "index.handler" } as const;

export interface Invoked {
  readonly status: number | undefined;
  readonly functionError: string | undefined;
  readonly version: string | undefined;
  /** Parsed. */
  readonly payload: unknown;
  /** Decoded, where the tail was asked for. */
  readonly log: string;
  readonly requestId: string;
}

export async function invoke(
  client: LambdaClient,
  name: string,
  event: unknown = {},
  overrides: Partial<InvokeCommandInput> = {},
): Promise<Invoked> {
  const answer = await client.send(
    new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event), LogType: "Tail", ...overrides }),
  );
  const text = new TextDecoder().decode(answer.Payload);
  return {
    status: answer.StatusCode,
    functionError: answer.FunctionError,
    version: answer.ExecutedVersion,
    payload: text === "" ? undefined : JSON.parse(text),
    log: Buffer.from(answer.LogResult ?? "", "base64").toString("utf8"),
    requestId: answer.$metadata.requestId ?? "",
  };
}

/** What a refused call was refused with. */
export interface Refusal {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
  readonly members: Readonly<Record<string, unknown>>;
}

/** Fails when the call is not refused. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    const refused = error as Error & { $metadata?: { httpStatusCode?: number } };
    return {
      name: refused.name,
      message: refused.message,
      status: refused.$metadata?.httpStatusCode,
      members: { ...refused },
    };
  }
  throw new Error("the call was not refused");
}
