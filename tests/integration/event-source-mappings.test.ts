/** Event source mappings beyond single answers (those are in the conformance data): the AWS CLI, and a server that is killed. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import {
  CreateEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  ListEventSourceMappingsCommand,
} from "@aws-sdk/client-lambda";
import { CreateQueueCommand } from "@aws-sdk/client-sqs";
import { aws, lambdaClient, sqsClient } from "../../testkit/clients.ts";
import { createFunction, pythonZip } from "../../testkit/functions.ts";
import { type ServerProcess, spawnServer, temporaryFolder } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const QUEUE = "arn:aws:sqs:us-east-1:000000000000:queue";

describe("event source mappings", () => {
  let dataDir: string;
  let server: ServerProcess;
  before(async () => {
    dataDir = await temporaryFolder();
    server = await spawnServer(dataDir);
    await createFunction(lambdaClient(server.url), "f", pythonZip("def lambda_handler(e, c): pass"));
    for (const number of ["", ...Array.from({ length: 20 }, (_, at) => String(at))]) {
      await sqsClient(server.url).send(new CreateQueueCommand({ QueueName: `queue${number}` }));
    }
  });
  after(async () => {
    server.child.kill("SIGTERM");
    await server.exited;
    await rm(dataDir, { recursive: true, force: true });
  });

  it("are made, listed, changed and removed with the AWS CLI", async () => {
    const cli = (...args: string[]) =>
      aws(server.url, ["lambda", ...args], dataDir) as Promise<Record<string, unknown>>;
    const { UUID } = await cli(
      ...["create-event-source-mapping", "--function-name", "f", "--event-source-arn", QUEUE],
      ...["--batch-size", "5"],
    );
    const uuid = String(UUID);
    const state = (wanted: string) =>
      waitFor(wanted, async () =>
        (await cli("get-event-source-mapping", "--uuid", uuid))["State"] === wanted ? true : undefined,
      );
    await state("Enabled");
    await cli("update-event-source-mapping", "--uuid", uuid, "--no-enabled");
    await state("Disabled");
    const listed = await cli("list-event-source-mappings", "--function-name", "f");
    assert.deepEqual(
      (listed["EventSourceMappings"] as { UUID: string; BatchSize: number }[]).map((each) => [
        each.UUID,
        each.BatchSize,
      ]),
      [[uuid, 5]],
    );
    await cli("delete-event-source-mapping", "--uuid", uuid);
    await waitFor("it to be gone", async () =>
      (await cli("get-event-source-mapping", "--uuid", uuid).catch(() => undefined)) === undefined
        ? true
        : undefined,
    );
  });

  it("survive a kill, and no passing state lasts", async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        lambdaClient(server.url).send(
          new CreateEventSourceMappingCommand({ FunctionName: "f", EventSourceArn: `${QUEUE}${at}` }),
        ),
      ),
    );
    server.child.kill("SIGKILL");
    await server.exited;
    server = await spawnServer(dataDir);
    const client = lambdaClient(server.url);
    const { EventSourceMappings = [] } = await client.send(new ListEventSourceMappingsCommand({}));
    assert.deepEqual(EventSourceMappings.map(({ UUID }) => UUID).sort(), made.map(({ UUID }) => UUID).sort());
    for (const { UUID } of made) {
      const { State } = await client.send(new GetEventSourceMappingCommand({ UUID }));
      assert.equal(State, "Enabled");
    }
  });
});
