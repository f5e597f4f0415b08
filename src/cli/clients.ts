/** The AWS SDK's clients for a connection; loaded by the command that needs them, because each takes a tenth of a second. */
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { Connection } from "./connection.ts";

export interface ClientChoices {
  /** 1 for calls that must not happen twice. */
  readonly maxAttempts?: number;
}

export async function lambdaClient(
  connection: Connection,
  choices: ClientChoices = {},
): Promise<LambdaClient> {
  const { LambdaClient } = await import("@aws-sdk/client-lambda");
  return new LambdaClient({ ...connection, maxAttempts: 2, ...choices });
}

export async function logsClient(connection: Connection): Promise<CloudWatchLogsClient> {
  const { CloudWatchLogsClient } = await import("@aws-sdk/client-cloudwatch-logs");
  return new CloudWatchLogsClient({ ...connection, maxAttempts: 2 });
}
