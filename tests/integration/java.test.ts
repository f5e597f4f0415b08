/** Managed Java through AWS's own runtime client: handler forms, context, errors, logs, each with real functions. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { lambdaClient, logsClient } from "../../testkit/clients.ts";
import { inLog } from "../../testkit/extensions.ts";
import { createFunction, invoke, settledVersion, zip } from "../../testkit/functions.ts";
import { PROJECT, startTestServer, type TestServer, temporaryFolder } from "../../testkit/server.ts";

const CLIENT = path.join(PROJECT, ".cache/runtimes/java-client");

const SOURCE = `
package example;
import com.amazonaws.services.lambda.runtime.*;
import java.io.*;
import java.util.*;

public class Handlers implements RequestHandler<Map<String, Object>, Map<String, Object>> {
    private static int calls = 0;

    public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
        calls++;
        context.getLogger().log("logged " + event.get("who") + "\\n");
        System.out.println("printed");
        if ("fail".equals(event.get("act"))) throw new IllegalStateException("as asked");
        if ("exit".equals(event.get("act"))) System.exit(3);
        if ("memory".equals(event.get("act"))) { List<byte[]> all = new ArrayList<>(); while (true) all.add(new byte[10_000_000]); }
        if ("sleep".equals(event.get("act"))) try { Thread.sleep(60_000); } catch (InterruptedException e) { }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("echo", event);
        result.put("calls", calls);
        result.put("id", context.getAwsRequestId());
        result.put("arn", context.getInvokedFunctionArn());
        result.put("memory", context.getMemoryLimitInMB());
        result.put("left", context.getRemainingTimeInMillis() > 0 && context.getRemainingTimeInMillis() <= 15000);
        return result;
    }

    public static class Person { private String name; private int age;
        public String getName() { return name; } public void setName(String name) { this.name = name; }
        public int getAge() { return age; } public void setAge(int age) { this.age = age; } }

    public Person older(Person person) { person.setAge(person.getAge() + 1); return person; }

    public void stream(InputStream in, OutputStream out, Context context) throws IOException {
        out.write("{\\"read\\":".getBytes()); in.transferTo(out); out.write('}');
    }
}
`;

interface Health {
  readonly runtimes: Record<string, { available: boolean; version?: string }>;
}

describe("Java", () => {
  let server: TestServer;
  let client: LambdaClient;
  let skip: string | undefined;
  let code: Uint8Array;
  let health: Health;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    health = (await (await fetch(`${server.url}/_lambkin/health`)).json()) as Health;
    if (health.runtimes["java17"]?.available !== true) {
      skip = existsSync(CLIENT) ? "no Java on this machine" : "AWS's Java client is not installed here";
      return;
    }
    try {
      code = await compiled();
    } catch (error) {
      skip = `the function could not be compiled: ${(error as Error).message.slice(0, 300)}`;
      return;
    }
    await createJava("java", "example.Handlers");
  });
  after(() => server.stop());

  const withJava = (title: string, test: () => Promise<void>): void => {
    it(title, (t) => (skip === undefined ? test() : t.skip(skip)));
  };

  function createJava(name: string, Handler: string, more = {}): Promise<void> {
    return createFunction(client, name, code, { Runtime: "java17", Handler, MemorySize: 512, ...more });
  }

  withJava("initialises each environment of a version with SnapStart, and its log says so", async () => {
    await createJava("snap", "example.Handlers", {
      Publish: true,
      SnapStart: { ApplyOn: "PublishedVersions" },
    });
    const { State, SnapStart } = await settledVersion(client, "snap");
    assert.deepEqual([State, SnapStart?.OptimizationStatus], ["Active", "Off"]);
    await inLog(
      logsClient(server.url),
      "snap",
      /LAMBKIN_WARNING: SnapStart: environments of this version are initialised one by one, because .+ threads/,
    );
    const { functionError, payload } = await invoke(client, "snap:1", { who: "snap" });
    assert.equal(functionError, undefined);
    assert.deepEqual((payload as { echo: unknown }).echo, { who: "snap" });
  });

  withJava("runs a RequestHandler, warm, with its context", async () => {
    const first = (await invoke(client, "java", { who: "me" })).payload as { calls: number };
    const { payload, requestId, log } = await invoke(client, "java", { who: "ü", list: [1, 2.5, null] });
    assert.deepEqual(payload, {
      echo: { who: "ü", list: [1, 2.5, null] },
      calls: first.calls + 1,
      id: requestId,
      arn: "arn:aws:lambda:us-east-1:000000000000:function:java",
      memory: 512,
      left: true,
    });
    assert.match(log, /logged ü\nprinted\n/);
  });

  withJava("runs on every Java of this machine", async () => {
    for (const [id, { version }] of Object.entries(health.runtimes)) {
      if (id !== `java${version}` || Number(version) < 11) continue;
      await createJava(id, "example.Handlers::older", { Runtime: id });
      assert.deepEqual((await invoke(client, id, { name: "Ada", age: 36 })).payload, {
        name: "Ada",
        age: 37,
      });
    }
  });

  withJava("runs a method of a plain object, and one of streams", async () => {
    await createJava("pojo", "example.Handlers::older");
    assert.deepEqual((await invoke(client, "pojo", { name: "Ada", age: 36 })).payload, {
      name: "Ada",
      age: 37,
    });
    await createJava("stream", "example.Handlers::stream");
    assert.deepEqual((await invoke(client, "stream", { a: 1 })).payload, { read: { a: 1 } });
  });

  withJava("tells exceptions with their class and trace, and goes on", async () => {
    const { functionError, payload } = await invoke(client, "java", { act: "fail" });
    assert.equal(functionError, "Unhandled");
    const { stackTrace, ...rest } = payload as Record<string, unknown>;
    assert.deepEqual(rest, { errorMessage: "as asked", errorType: "java.lang.IllegalStateException" });
    assert.match(String((stackTrace as string[])[0]), /example\.Handlers\.handleRequest\(/);
    assert.equal((await invoke(client, "java", {})).functionError, undefined);
  });

  withJava("ends with exits, with its time, and with its memory", async () => {
    const exit = await invoke(client, "java", { act: "exit" });
    assert.match((exit.payload as { errorMessage: string }).errorMessage, /exit status 3$/);
    await createJava("slow", "example.Handlers", { Timeout: 2 });
    const slow = await invoke(client, "slow", { act: "sleep" });
    assert.equal((slow.payload as { errorType: string }).errorType, "Sandbox.Timedout");
    const memory = await invoke(client, "java", { act: "memory" });
    assert.equal((memory.payload as { errorType: string }).errorType, "java.lang.OutOfMemoryError");
  });

  withJava("tells what keeps a handler from being loaded", async () => {
    for (const [name, Handler, message] of [
      ["no-class", "example.Missing", /Class not found: example\.Missing/],
      ["no-method", "example.Handlers::missing", /No public method named missing/],
    ] as const) {
      await createJava(name, Handler);
      const { functionError, payload } = await invoke(client, name);
      assert.equal(functionError, "Unhandled");
      assert.match((payload as { errorMessage: string }).errorMessage, message);
    }
  });

  withJava("finds jars in the code's lib folder, and takes tuning from the function", async () => {
    const JAVA_TOOL_OPTIONS = "-Xmx200m -Dtuned=yes";
    const jarred = zip({ "lib/handlers.jar": code });
    await createFunction(client, "jarred", jarred, {
      Runtime: "java17",
      Handler: "example.Handlers::older",
      MemorySize: 512,
      Environment: { Variables: { JAVA_TOOL_OPTIONS } },
    });
    assert.deepEqual((await invoke(client, "jarred", { name: "Ada", age: 1 })).payload, {
      name: "Ada",
      age: 2,
    });
  });
});

/** The classes, with class files that Java 11 can read. */
async function compiled(): Promise<Uint8Array> {
  const folder = await temporaryFolder();
  try {
    const source = path.join(folder, "example/Handlers.java");
    await mkdir(path.dirname(source));
    await writeFile(source, SOURCE);
    const jars = globSync(`${CLIENT}/*.jar`).join(":");
    const target = path.join(folder, "classes");
    execFileSync("javac", ["--release", "11", "-cp", jars, "-d", target, source], { stdio: "pipe" });
    const names = await readdir(path.join(target, "example"));
    const files = names.map(
      async (name) => [`example/${name}`, await readFile(path.join(target, "example", name))] as const,
    );
    return zip(Object.fromEntries(await Promise.all(files)));
  } finally {
    await rm(folder, { recursive: true });
  }
}
