/** A disk without room: what cannot be kept is refused in clear words, what was acknowledged stays, and work goes on later. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import {
  InvokeCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
} from "@aws-sdk/client-lambda";
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { lambdaClient, sqsClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip, refusalOf } from "../../testkit/functions.ts";
import { type ServerProcess, spawnServer, temporaryFolder } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const isRoot = process.getuid?.() === 0;
const MIB = 1024 * 1024;

const WAITS = pythonZip("def lambda_handler(event, context): return event['n']");

/** The bodies of as many different messages. */
async function received(
  sqs: SQSClient,
  QueueUrl: string,
  count: number,
  giveUpMs?: number,
): Promise<string[]> {
  const bodies = new Map<string | undefined, string>();
  await waitFor(
    `${count} messages`,
    async () => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      for (const { MessageId, Body = "" } of Messages) bodies.set(MessageId, Body);
      return bodies.size >= count ? true : undefined;
    },
    giveUpMs,
  );
  return [...bodies.values()];
}

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
    const { QueueUrl: resultsUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: "results" }));
    await createFunction(client, "waits", WAITS);
    await client.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: "waits",
        DestinationConfig: { OnSuccess: { Destination: "arn:aws:sqs:us-east-1:000000000000:results" } },
      }),
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
    assert.deepEqual((await received(sqs, QueueUrl, 2)).sort(), ["1", "3"]);
    // A result that could not be brought while the disk was full is tried again after half a minute.
    const results = await received(sqs, resultsUrl, 2, 60_000);
    const ran = results.map((body) => (JSON.parse(body) as { responsePayload: number }).responsePayload);
    assert.deepEqual([...new Set(ran)].sort(), [1, 3]);
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

const IMAGE_MIB = 64;

/** What turns a file system read-only under its programs' feet; undefined where this machine cannot be made to. */
async function breakableDisk(): Promise<
  { folder: string; breakIt(): void; end(): Promise<void> } | undefined
> {
  const folder = await temporaryFolder();
  const image = path.join(folder, "image");
  const mounted = path.join(folder, "mounted");
  try {
    mkdirSync(mounted);
    execFileSync("truncate", ["-s", `${IMAGE_MIB}M`, image]);
    execFileSync("mkfs.ext4", ["-q", image], { stdio: "ignore" });
    execFileSync("mount", ["-o", "loop,errors=remount-ro", image, mounted], { stdio: "ignore" });
    const device = execFileSync("findmnt", ["-no", "SOURCE", mounted]).toString().trim();
    const switchFile = `/sys/fs/ext4/${path.basename(device)}/trigger_fs_error`;
    if (!existsSync(switchFile)) throw new Error(`there is no ${switchFile}`);
    return {
      folder: mounted,
      breakIt: () => writeFileSync(switchFile, "1"),
      end: async () => {
        execFileSync("umount", ["--lazy", mounted]);
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch {
    await rm(folder, { recursive: true, force: true });
    return undefined;
  }
}

describe("a disk that turns read-only", () => {
  it("has every request that is to be kept refused in clear words, and loses nothing that was acknowledged", async (t) => {
    const disk = isRoot ? await breakableDisk() : undefined;
    if (disk === undefined)
      return t.skip("no ext4 in a loop device that can be broken (root, loop devices, mkfs.ext4)");
    const copy = await temporaryFolder();
    const before = await spawnServer(disk.folder);
    try {
      const [client, sqs] = [lambdaClient(before.url), sqsClient(before.url)];
      const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: "kept" }));
      await createFunction(client, "runs", WAITS);
      await invoke(client, "runs", { n: 0 });
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "1" }));
      disk.breakIt();
      const event = { FunctionName: "runs", InvocationType: "Event", Payload: '{"n":1}' } as const;
      for (const refusal of [
        await refusalOf(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "2" }))),
        await refusalOf(client.send(new InvokeCommand(event))),
      ]) {
        assert.equal(refusal.status, 500);
        assert.match(refusal.message, /cannot write to its disk: it is read-only\./);
      }
      assert.equal((await invoke(client, "runs", { n: 2 })).payload, 2);
      before.child.kill("SIGKILL");
      await before.exited;
      for (const name of ["lambkin.db", "queues.db"]) {
        for (const end of ["", "-wal"])
          copyFileSync(path.join(disk.folder, name + end), path.join(copy, name + end));
      }
      const after = await spawnServer(copy);
      try {
        assert.deepEqual(await received(sqsClient(after.url), QueueUrl, 1), ["1"]);
      } finally {
        after.child.kill("SIGTERM");
        await after.exited;
      }
    } finally {
      before.child.kill("SIGKILL");
      await before.exited;
      await disk.end();
      await rm(copy, { recursive: true, force: true });
    }
  });
});
