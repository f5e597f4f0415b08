/** What several pages do with functions: upload code with its progress told, and wait until a change is in force. */
import {
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { settings } from "../app/settings.ts";
import { lambda } from "./lambda.ts";
import { xhrHandler } from "./xhr-handler.ts";

const ASK_AGAIN_MS = 250;

/** A client for one upload. `onProgress` is told the part sent, 0 to 1. */
export function uploader(onProgress: (part: number) => void): LambdaClient {
  const { account, region } = settings();
  return new LambdaClient({
    endpoint: location.origin,
    region,
    maxAttempts: 1,
    credentials: { accessKeyId: account, secretAccessKey: "open" },
    requestHandler: xhrHandler(onProgress),
  });
}

/**
 * Resolves when the function, or one version of it, can be invoked and changed again; rejects with the server's reason when the
 * change failed.
 */
export async function settled(name: string, version?: string): Promise<FunctionConfiguration> {
  for (;;) {
    const now = await lambda().send(
      new GetFunctionConfigurationCommand({ FunctionName: name, Qualifier: version }),
    );
    if (now.State === "Failed") throw new Error(now.StateReason ?? "The function could not be made ready.");
    if (now.LastUpdateStatus === "Failed") {
      throw new Error(now.LastUpdateStatusReason ?? "The update failed.");
    }
    if (now.State !== "Pending" && now.LastUpdateStatus !== "InProgress") return now;
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}
