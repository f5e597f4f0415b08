/** Concurrency as AWS counts it: reserved, unreserved, zero, and the arithmetic between them. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  DeleteFunctionConcurrencyCommand,
  GetFunctionConcurrencyCommand,
  InvokeCommand,
  type LambdaClient,
  PutFunctionConcurrencyCommand,
} from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip, refusalOf } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const HOLD = pythonZip(`
import time
def lambda_handler(event, context):
    time.sleep(event.get("seconds", 0))
    return "done"
`);

describe("concurrency", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    // The smallest account AWS allows reservations in: one hundred stay unreserved.
    server = await startTestServer({ LAMBKIN_ACCOUNT_CONCURRENCY: "103" });
    client = lambdaClient(server.url);
    for (const name of ["held", "free", "later"]) await createFunction(client, name, HOLD);
  });
  after(() => server.stop());

  const reserve = (FunctionName: string, ReservedConcurrentExecutions: number) =>
    client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }));

  it("keeps at least one hundred unreserved, whoever asks and how many at once", async () => {
    const refusal = await refusalOf(reserve("held", 4));
    assert.equal(refusal.name, "InvalidParameterValueException");
    assert.equal(
      refusal.message,
      "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution " +
        "below its minimum value of [100].",
    );
    assert.equal(refusal.members["Type"], undefined);
    const results = await Promise.allSettled([reserve("held", 2), reserve("free", 2)]);
    assert.equal(results.filter((result) => result.status === "fulfilled").length, 1);
    for (const FunctionName of ["held", "free"]) {
      await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
    }
  });

  it("sets, shows and gives back a reservation", async () => {
    assert.equal((await reserve("held", 3)).ReservedConcurrentExecutions, 3);
    const get = () => client.send(new GetFunctionConcurrencyCommand({ FunctionName: "held" }));
    assert.equal((await get()).ReservedConcurrentExecutions, 3);
    const deleted = await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName: "held" }));
    assert.equal(deleted.$metadata.httpStatusCode, 204);
    assert.equal((await get()).ReservedConcurrentExecutions, undefined);
    const qualified = await refusalOf(reserve("held:1", 1));
    assert.match(qualified.message, /^This operation is permitted on Lambda functions only\./);
    assert.equal((await refusalOf(reserve("nobody", 1))).message.endsWith(":function:nobody:$LATEST"), true);
  });

  it("blocks every call of a function whose reservation is zero", async () => {
    await reserve("held", 0);
    const refusal = await refusalOf(invoke(client, "held"));
    assert.equal(refusal.status, 429);
    assert.equal(refusal.members["Reason"], "ReservedFunctionConcurrentInvocationLimitExceeded");
    assert.equal((await invoke(client, "free")).payload, "done");
    await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName: "held" }));
    assert.equal((await invoke(client, "held")).payload, "done");
  });

  it("runs an accepted event once its function may run again", async () => {
    await reserve("later", 1);
    const busy = invoke(client, "later", { seconds: 0.5 });
    await client.send(new InvokeCommand({ FunctionName: "later", InvocationType: "Event", Payload: "{}" }));
    await busy;
    await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName: "later" }));
  });

  it("never runs more than the reservation, and frees each place when its call ends", async () => {
    await reserve("held", 2);
    for (let round = 0; round < 3; round++) {
      const results = await Promise.allSettled(
        Array.from({ length: 6 }, () => invoke(client, "held", { seconds: 0.4 })),
      );
      assert.equal(results.filter((result) => result.status === "fulfilled").length, 2);
    }
    await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName: "held" }));
  });

  it("throttles the unreserved pool with its own reason when all of it is taken", async () => {
    await reserve("held", 3);
    const patient = lambdaClient(server.url, { maxAttempts: 1 });
    const calls = Array.from({ length: 130 }, () =>
      invoke(patient, "free", { seconds: 8 }).then(
        () => "answered",
        (error: Error & { Reason?: string }) => error.Reason,
      ),
    );
    await waitFor("the pool to be full", async () => {
      const health = (await (await fetch(`${server.url}/_lambkin/health`)).json()) as {
        environments: { alive: number };
      };
      return health.environments.alive >= 100 ? true : undefined;
    });
    // A reservation is its function's own, however full the rest is.
    assert.equal((await invoke(client, "held")).payload, "done");
    const outcomes = await Promise.all(calls);
    const answered = outcomes.filter((outcome) => outcome === "answered").length;
    assert.ok(answered >= 100, `${answered} answered`);
    assert.deepEqual(
      new Set(outcomes.filter((outcome) => outcome !== "answered")),
      new Set(["ConcurrentInvocationLimitExceeded"]),
    );
  });
});
