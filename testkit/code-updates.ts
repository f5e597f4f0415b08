/** One save of a function's code, measured as its author waits for it. */
import {
  GetFunctionConfigurationCommand,
  type LambdaClient,
  UpdateFunctionCodeCommand,
} from "@aws-sdk/client-lambda";
import { invoke } from "./functions.ts";

export interface CodeUpdate {
  /** From the upload's beginning until the new code has answered, and until the update was done; milliseconds. */
  readonly totalMs: number;
  readonly updatedMs: number;
  readonly payload: unknown;
}

export async function updateAndCall(
  client: LambdaClient,
  name: string,
  code: Uint8Array,
): Promise<CodeUpdate> {
  const startedMs = performance.now();
  await client.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: code }));
  const look = new GetFunctionConfigurationCommand({ FunctionName: name });
  while ((await client.send(look)).LastUpdateStatus !== "Successful");
  const updatedMs = performance.now() - startedMs;
  const { payload } = await invoke(client, name);
  return { totalMs: performance.now() - startedMs, updatedMs, payload };
}

export function median(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? Number.NaN;
}
