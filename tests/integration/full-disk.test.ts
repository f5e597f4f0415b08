/** A disk without room: what cannot be kept is refused in clear words, what was acknowledged stays, and work goes on later. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { InvokeCommand, PutFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { lambdaClient, sqsClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip, refusalOf } from "../../testkit/functions.ts";
import { type ServerProcess, spawnServer, temporaryFolder } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const isRoot = process.getuid?.() === 0;
const MIB = 1024 * 1024;

describe("a full disk", { skip: isRoot ? false : "only root can mount a small one" }, () => {
  let dataDir: string;
  let server: ServerProcess;
  before(async () => {
    dataDir = await temporaryFolder();
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64m", "tmpfs", dataDir]);
    server = await spawnServer(dataDir);
  });
  after(async () => {
    server.child.kill("SIGKILL");
    await server.exited;
    execFileSync("umount", ["--lazy", dataDir]);
    await rm(dataDir, { recursive: true, force: true });
  });

  it("refuses events and messages in clear words, keeps what it took, and goes on when there is room", async () => {
    let client = lambdaClient(server.url);
    let sqs = sqsClient(server.url);
    const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: "kept" }));
    await createFunction(
      client,
      "waits",
      pythonZip("def lambda_handler(event, context): print('GOT', event['n'])"),
    );
    await createFunction(client, "runs", pythonZip("def lambda_handler(event, context): return event"));
    await invoke(client, "runs");
    // Its events wait on the disk.
    await client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: "waits", ReservedConcurrentExecutions: 1 }),
    );
    const event = (n: number, size = 0) =>
      client.send(
        new InvokeCommand({
          FunctionName: "waits",
          InvocationType: "Event",
          Payload: JSON.stringify({ n, filling: "x".repeat(size) }),
        }),
      );
    const message = (text: string) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: text }));
    await event(1);
    await message("1");

    const ballast = path.join(dataDir, "ballast");
    fill(ballast);
    const refusals = await Promise.all([
      refusalOf(event(2, 500_000)),
      refusalOf(message("2".repeat(500_000))),
    ]);
    for (const { status, message: text } of refusals) {
      assert.equal(status, 500, text);
      assert.match(text, /no space left on its disk/);
    }
    // What is there already still works.
    assert.equal((await invoke(client, "runs")).status, 200);

    rmSync(ballast);
    await waitFor("room", () => event(3, 100_000).catch(() => undefined));
    await waitFor("room", () => message("3").catch(() => undefined));

    server.child.kill("SIGKILL");
    await server.exited;
    server = await spawnServer(dataDir);
    client = lambdaClient(server.url);
    sqs = sqsClient(server.url);
    const url = QueueUrl.replace(/http:\/\/[^/]+/, server.url);
    const bodies: string[] = [];
    await waitFor("both messages", async () => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      bodies.push(...Messages.map(({ Body = "" }) => Body));
      return bodies.length >= 2 ? true : undefined;
    });
    assert.deepEqual(bodies.sort(), ["1", "3"]);
  });

  it("that cannot be written at all is said at the start", async () => {
    const sealed = await temporaryFolder();
    execFileSync("mount", ["-t", "tmpfs", "-o", "ro", "tmpfs", sealed]);
    await assert.rejects(spawnServer(sealed), (error: Error) => {
      assert.match(error.message, /^the server ended with 1: lambkin: .*read-only.*\n$/);
      return true;
    });
    execFileSync("umount", [sealed]);
    await rm(sealed, { recursive: true, force: true });
  });

  /** To the last byte. */
  function fill(file: string): void {
    for (const block of [MIB, 64 * 1024, 4096]) {
      try {
        for (;;) writeFileSync(file, Buffer.alloc(block), { flag: "a" });
      } catch {
        // Less may still fit.
      }
    }
  }
});
