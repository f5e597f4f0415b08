/** Creating functions from the page: what comes out is a function that runs. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { GetFunctionConfigurationCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import type { Page } from "playwright-core";
import {
  assertAccessible,
  assertPageHolds,
  screenshot,
  startBrowser,
  type TestBrowser,
  whyNoBrowser,
} from "../../testkit/browser.ts";
import { lambdaClient } from "../../testkit/clients.ts";
import { invoke, zip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const skip = whyNoBrowser();

describe("creating a function from the page", { skip }, () => {
  let server: TestServer;
  let browser: TestBrowser;
  let lambda: LambdaClient;

  before(async () => {
    server = await startTestServer();
    lambda = lambdaClient(server.url);
    browser = await startBrowser(server.url);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("holds in light and dark", async () => {
    await assertPageHolds(browser, "#/functions/create", "create-function", editorIsThere);
  });

  it("makes hello in Node.js, with the settings chosen", async () => {
    const { page, complaints, close } = await browser.open("#/functions/create");
    await editorIsThere(page);
    await page.getByLabel("Function name").fill("hello-node");
    await page.getByLabel("Description (optional)").fill("From the page");
    await page.getByLabel("Memory, in MB").fill("256");
    await page.getByLabel("Timeout, in seconds").fill("10");
    await create(page);
    await page.getByRole("heading", { name: "hello-node", level: 1 }).waitFor();
    await page.getByText("Function hello-node is ready").first().waitFor();
    const made = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "hello-node" }));
    assert.deepEqual(
      [made.Description, made.MemorySize, made.Timeout, made.Handler, made.State],
      ["From the page", 256, 10, "index.handler", "Active"],
    );
    assert.match(made.Runtime ?? "", /^nodejs/);
    const { payload } = await invoke(lambda, "hello-node");
    assert.deepEqual(payload, { statusCode: 200, body: '"Hello from Lambda!"' });
    assert.deepEqual(complaints, []);
    await close();
  });

  it("makes hello in Python, with the code changed", async () => {
    const { page, complaints, close } = await browser.open("#/functions/create");
    await editorIsThere(page);
    await page.getByLabel("Function name").fill("hello-python");
    await page.getByLabel("Runtime").click();
    await page.getByRole("option", { name: "python3.11" }).click();
    await page.locator(".ace_content").getByText("lambda_handler").first().waitFor();
    await page.locator(".ace_content").click();
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Delete");
    await page.keyboard.insertText("def run(event, context): return 7");
    await page.getByLabel("Handler").fill("app.run");
    await page.getByText("app.py", { exact: true }).first().waitFor();
    await create(page);
    await page.getByRole("heading", { name: "hello-python", level: 1 }).waitFor();
    assert.equal((await invoke(lambda, "hello-python")).payload, 7);
    assert.deepEqual(complaints, []);
    await close();
  });

  it("guesses an archive's runtime and handler, and makes a function of it", async () => {
    const { page, complaints, close } = await browser.open("#/functions/create", "dark");
    await editorIsThere(page);
    await page.getByLabel("Function name").fill("archived");
    await page.getByRole("radio", { name: /^Archive/ }).check();
    const buffer = Buffer.from(zip({ "main.py": "def handler(event, context):\n    return event\n" }));
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: "code.zip", mimeType: "application/zip", buffer });
    await page.getByText("code.zip").first().waitFor();
    await page.locator("input[value='main.handler']").waitFor();
    await screenshot(page, "create-function-archive");
    await assertAccessible(page);
    await create(page);
    await page.getByRole("heading", { name: "archived", level: 1 }).waitFor();
    assert.deepEqual((await invoke(lambda, "archived", { a: 1 })).payload, { a: 1 });
    assert.deepEqual(complaints, []);
    await close();
  });

  it("says what is missing, and what the server refused", async () => {
    const opened = await browser.open("#/functions/create");
    const { page } = opened;
    await editorIsThere(page);
    await page.getByLabel("Memory, in MB").fill("64");
    await create(page);
    await page.getByText("A name has 1 to 64 letters").first().waitFor();
    await page.getByText("A whole number from 128 to 10240.").first().waitFor();
    await page.getByLabel("Memory, in MB").fill("128");
    await page.getByLabel("Function name").fill("hello-node");
    await create(page);
    await page.getByText("Function already exist: hello-node").first().waitFor();
    opened.forgive(/status of 409/);
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });
});

async function editorIsThere(page: Page): Promise<void> {
  await page.locator(".ace_content").getByText("handler").first().waitFor();
}

async function create(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Create function" }).click();
}
