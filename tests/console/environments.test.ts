/** The live picture of environments: real calls meet a real limit, and somebody watches. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type LambdaClient, PutFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import {
  assertPageHolds,
  type OpenPage,
  screenshot,
  startBrowser,
  type TestBrowser,
  whyNoBrowser,
} from "../../testkit/browser.ts";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const skip = whyNoBrowser();

const WAITING = pythonZip(`
import time
def lambda_handler(event, context):
    time.sleep(event.get("seconds", 0))
    return "done"
`);

describe("the page of environments", { skip }, () => {
  let server: TestServer;
  let browser: TestBrowser;
  let lambda: LambdaClient;

  before(async () => {
    server = await startTestServer();
    lambda = lambdaClient(server.url);
    await createFunction(lambda, "limited", WAITING, { Timeout: 30 });
    await createFunction(lambda, "free", WAITING, { Timeout: 30, MemorySize: 256 });
    const limit = { FunctionName: "limited", ReservedConcurrentExecutions: 2 };
    await lambda.send(new PutFunctionConcurrencyCommand(limit));
    browser = await startBrowser(server.url);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const busyCells = ({ page }: OpenPage) =>
    page.locator('[data-function="limited"] .env-cell[data-state="busy"]');

  it("shows ten calls meeting a limit of two: two cells busy, eight refused", {
    timeout: 60_000,
  }, async () => {
    const opened = await browser.open("#/environments");
    const { page } = opened;
    await page.getByText("Live", { exact: true }).first().waitFor();
    const calls = Array.from({ length: 10 }, () =>
      invoke(lambda, "limited", { seconds: 4 }).then(
        () => "done",
        () => "refused",
      ),
    );
    const others = Array.from({ length: 3 }, () => invoke(lambda, "free", { seconds: 3 }));
    await busyCells(opened).nth(1).waitFor();
    await page.getByText("8 refused").first().waitFor();
    assert.equal(await busyCells(opened).count(), 2);
    await page.getByText("2 of 2 reserved in flight").first().waitFor();
    await page.getByText("+8 just now").first().waitFor();
    assert.equal(await page.locator('[data-function="limited"] .env-slot').count(), 0);
    await screenshot(page, "environments-limit");
    assert.deepEqual((await Promise.all(calls)).sort(), [
      ...Array.from({ length: 2 }, () => "done"),
      ...Array.from({ length: 8 }, () => "refused"),
    ]);
    await Promise.all(others);
    await page.locator('[data-function="limited"] .env-cell[data-state="frozen"]').nth(1).waitFor();
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("tells of one environment what is known of it, and leads to its log", async () => {
    const opened = await browser.open("#/environments");
    const { page } = opened;
    const cell = page.locator('[data-function="limited"] .env-cell').first();
    await cell.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    const detail = page.getByRole("complementary", { name: "Details of the environment" });
    await detail.getByText("Log stream").first().waitFor();
    await detail.getByRole("link", { name: "limited", exact: true }).waitFor();
    assert.match((await detail.textContent()) ?? "", /frozen for .* of 128 MiB/);
    await screenshot(page, "environments-detail");
    const stream = detail.getByRole("link", { name: /\[\$LATEST\]/ });
    assert.match((await stream.getAttribute("href")) ?? "", /^#\/logs\/%2Faws%2Flambda%2Flimited\?stream=/);
    await page
      .getByRole("radio", { name: "Table" })
      .or(page.getByRole("button", { name: "Table" }))
      .click();
    await page.getByRole("table", { name: "Execution environments" }).waitFor();
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("is accessible, light and dark", async () => {
    await assertPageHolds(browser, "#/environments", "environments", async (page) => {
      await page.locator(".env-cell").nth(2).waitFor();
    });
  });
});
