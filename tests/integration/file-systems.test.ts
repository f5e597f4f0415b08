/** File systems: a folder by the access point's name, mounted where the function asks, shared and lasting. */
import assert from "node:assert/strict";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { GetFunctionConfigurationCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip, refusalOf } from "../../testkit/functions.ts";
import { startTestServer, type TestServer, temporaryFolder } from "../../testkit/server.ts";

const ACCESS_POINT = "fsap-0123456789abcdef0";
const Arn = `arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/${ACCESS_POINT}`;
const CONFIG = { FileSystemConfigs: [{ Arn, LocalMountPath: "/mnt/models" }] };

const CODE = pythonZip(`
import os
def lambda_handler(event, context):
    if "write" in event:
        with open("/mnt/models/" + event["write"], "w") as file: file.write(context.function_name)
    return {name: open("/mnt/models/" + name).read() for name in sorted(os.listdir("/mnt/models"))}
`);

describe("file systems", () => {
  let server: TestServer;
  let client: LambdaClient;
  let folder: string;
  before(async () => {
    folder = await temporaryFolder();
    server = await startTestServer({ LAMBKIN_FILE_SYSTEMS_DIR: folder });
    client = lambdaClient(server.url);
  });
  after(() => server.stop());

  it("are shared between functions and with the host", async () => {
    // Where functions are users of their own on the host, the folder has to let them in.
    await mkdir(path.join(folder, ACCESS_POINT));
    await chmod(path.join(folder, ACCESS_POINT), 0o777);
    await writeFile(path.join(folder, ACCESS_POINT, "weights"), "from the host");
    for (const name of ["one", "two"]) await createFunction(client, name, CODE, CONFIG);
    assert.deepEqual((await invoke(client, "one", { write: "a" })).payload, {
      a: "one",
      weights: "from the host",
    });
    assert.deepEqual((await invoke(client, "two")).payload, { a: "one", weights: "from the host" });
    assert.equal(await readFile(path.join(folder, ACCESS_POINT, "a"), "utf8"), "one");
    const shown = await client.send(new GetFunctionConfigurationCommand({ FunctionName: "one" }));
    assert.deepEqual(shown.FileSystemConfigs, CONFIG.FileSystemConfigs);
  });

  it("come to be when a function mounts them first", async () => {
    const FileSystemConfigs = [{ Arn: Arn.replace(/0$/, "1"), LocalMountPath: "/mnt/models" }];
    await createFunction(client, "first", CODE, { FileSystemConfigs });
    assert.deepEqual((await invoke(client, "first", { write: "b" })).payload, { b: "first" });
  });

  it("are one a function, below /mnt, of an access point", async () => {
    for (const FileSystemConfigs of [
      [{ Arn, LocalMountPath: "/etc" }],
      [{ Arn: "arn:aws:s3:::bucket", LocalMountPath: "/mnt/x" }],
      [...CONFIG.FileSystemConfigs, ...CONFIG.FileSystemConfigs],
    ]) {
      const refused = await refusalOf(createFunction(client, "refused", CODE, { FileSystemConfigs }));
      assert.equal(refused.name, "ValidationException");
    }
  });

  it("cannot be mounted without isolation, and the function says so", async () => {
    const bare = await startTestServer({ LAMBKIN_ISOLATION: "process" });
    try {
      await createFunction(lambdaClient(bare.url), "bare", CODE, CONFIG);
      const { functionError, payload } = await invoke(lambdaClient(bare.url), "bare");
      assert.equal(functionError, "Unhandled");
      assert.match(
        (payload as { errorMessage: string }).errorMessage,
        /can only be mounted where functions are isolated/,
      );
    } finally {
      await bare.stop();
    }
  });
});
