/** The Test tab: real calls from the page, and what it makes of their answers. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  CreateAliasCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
} from "@aws-sdk/client-lambda";
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
import { createFunction, pythonZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const skip = whyNoBrowser();

const CODE = `
def lambda_handler(event, context):
    print("was asked for", list(event))
    if "fail" in event:
        raise ValueError("no " + event["fail"])
    return {"got": event, "version": context.function_version}
`;

describe("the Test tab", { skip }, () => {
  let server: TestServer;
  let browser: TestBrowser;

  before(async () => {
    server = await startTestServer();
    const lambda = lambdaClient(server.url);
    await createFunction(lambda, "greet", pythonZip(CODE));
    await lambda.send(new PublishVersionCommand({ FunctionName: "greet", Description: "The first" }));
    await lambda.send(new CreateAliasCommand({ FunctionName: "greet", Name: "live", FunctionVersion: "1" }));
    await createFunction(lambda, "never", pythonZip(CODE));
    await lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName: "never", ReservedConcurrentExecutions: 0 }),
    );
    browser = await startBrowser(server.url);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("holds in light and dark", async () => {
    await assertPageHolds(browser, "#/functions/greet?tab=test", "function-test", editorIsThere);
  });

  it("invokes and shows the answer, the numbers of the report and the log", async () => {
    const { page, complaints, close } = await browser.open("#/functions/greet?tab=test");
    await editorIsThere(page);
    await invoke(page);
    await page.getByText("Succeeded", { exact: true }).first().waitFor();
    assert.match(await block(page, "Response"), /"key1": "value1"[\s\S]*"version": "\$LATEST"/);
    const log = await block(page, "End of the log");
    assert.match(log, /was asked for \['key1', 'key2', 'key3'\]/);
    const id = /REPORT RequestId: (\S+)/.exec(log)?.[1] ?? "";
    await page.getByText(id, { exact: true }).first().waitFor();
    await page
      .getByText(/^\d+ MB of 128 MB$/)
      .first()
      .waitFor();
    assert.match(await factOf(page, "Billed duration"), /^\d+ ms$/);
    assert.match(await factOf(page, "Init duration"), /^[\d.]+ ms$/);
    await screenshot(page, "function-test-succeeded");
    await assertAccessible(page);
    await invoke(page);
    await page.getByText("None: it was warm").first().waitFor();
    assert.deepEqual(complaints, []);
    await close();
  });

  it("shows a failure with its stack trace", async () => {
    const { page, complaints, close } = await browser.open("#/functions/greet?tab=test", "dark");
    await write(page, '{"fail": "luck"}');
    await invoke(page);
    await page.getByText("Failed: ValueError").first().waitFor();
    await page.getByText("no luck", { exact: true }).first().waitFor();
    assert.match(await block(page, "Stack trace"), /lambda_function\.py.*line 5/);
    await screenshot(page, "function-test-failed");
    await assertAccessible(page);
    assert.deepEqual(complaints, []);
    await close();
  });

  it("invokes an alias, asynchronously, and as a dry run", async () => {
    const { page, complaints, close } = await browser.open("#/functions/greet?tab=test");
    await editorIsThere(page);
    await choose(page, "Version or alias", "live");
    await invoke(page);
    await page.getByText("Succeeded", { exact: true }).first().waitFor();
    assert.match(await block(page, "Response"), /"version": "1"/);
    await choose(page, "Invocation type", "Asynchronous");
    await invoke(page);
    await page
      .getByText(/^Accepted:/)
      .first()
      .waitFor();
    await choose(page, "Invocation type", "Dry run");
    await invoke(page);
    await page
      .getByText(/^Dry run: the call/)
      .first()
      .waitFor();
    assert.deepEqual(complaints, []);
    await close();
  });

  it("invokes the version that the page shows", async () => {
    const { page, complaints, close } = await browser.open("#/functions/greet?version=1&tab=test");
    await editorIsThere(page);
    assert.equal(await factOf(page, "Version"), "1");
    await invoke(page);
    await page.getByText("Succeeded", { exact: true }).first().waitFor();
    assert.match(await block(page, "Response"), /"version": "1"/);
    assert.deepEqual(complaints, []);
    await close();
  });

  it("starts from templates and keeps events under names", async () => {
    const { page, complaints, close } = await browser.open("#/functions/greet?tab=test");
    await editorIsThere(page);
    await choose(page, "Event", "SQS");
    await page.getByText('"messageId"').first().waitFor();
    await page.getByLabel("Name to save it under").fill("an order");
    await page.getByRole("button", { name: "Save event" }).click();
    await page.getByText("Event an order is saved in this browser").first().waitFor();
    await page.reload();
    await editorIsThere(page);
    await choose(page, "Event", "an order");
    await page.getByText('"messageId"').first().waitFor();
    await page.getByRole("button", { name: "Delete event an order" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete event an order" }).waitFor({ state: "detached" });
    assert.deepEqual(complaints, []);
    await close();
  });

  it("invokes nothing with what is no JSON", async () => {
    const { page, complaints, close } = await browser.open("#/functions/greet?tab=test");
    await write(page, "{hello");
    await page
      .getByText(/^This is not JSON/)
      .first()
      .waitFor();
    assert.equal(await page.getByRole("button", { name: "Invoke", exact: true }).isDisabled(), true);
    assert.deepEqual(complaints, []);
    await close();
  });

  it("says when a call is throttled", async () => {
    const opened = await browser.open("#/functions/never?tab=test");
    await editorIsThere(opened.page);
    await invoke(opened.page);
    await opened.page.getByText("Throttled", { exact: true }).first().waitFor();
    opened.forgive(/status of 429/);
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });
});

async function editorIsThere(page: Page): Promise<void> {
  await page.locator(".ace_content").getByText('"value1"').first().waitFor();
}

async function write(page: Page, text: string): Promise<void> {
  await editorIsThere(page);
  await page.locator(".ace_content").click();
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(text);
}

async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).click();
  await page.getByRole("option", { name: option }).first().click();
}

async function invoke(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Invoke", exact: true }).click();
}

async function block(page: Page, label: string): Promise<string> {
  return (await page.getByRole("region", { name: label }).textContent()) ?? "";
}

async function factOf(page: Page, label: string): Promise<string> {
  const pair = page
    .locator("dt", { hasText: new RegExp(`^${label}$`) })
    .first()
    .locator("xpath=following-sibling::dd[1]");
  return (await pair.textContent()) ?? "";
}
