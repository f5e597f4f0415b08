/** Functions as the Lambda API lists and describes them. */
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { lambdaClient } from "./clients.ts";
import type { Connection } from "./connection.ts";

/** All of the region, in the order of their names. */
export async function listFunctions(connection: Connection): Promise<FunctionConfiguration[]> {
  const { paginateListFunctions } = await import("@aws-sdk/client-lambda");
  const found: FunctionConfiguration[] = [];
  for await (const page of paginateListFunctions({ client: await lambdaClient(connection) }, {})) {
    found.push(...(page.Functions ?? []));
  }
  return found;
}
