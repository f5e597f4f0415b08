/** The monitoring page and a function's Monitor tab: real calls, and what becomes of them in charts. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  CreateAliasCommand,
  GetProvisionedConcurrencyConfigCommand,
  InvokeCommand,
  type LambdaClient,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutProvisionedConcurrencyConfigCommand,
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
import { createFunction, invoke, pythonZip, refusalOf } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const skip = whyNoBrowser();
const SOURCE = `
def lambda_handler(event, context):
    if event.get("fail"):
        raise ValueError("as asked")
    return event
`;

describe("the monitoring page", { skip }, () => {
  let server: TestServer;
  let browser: TestBrowser;
  let lambda: LambdaClient;

  before(async () => {
    server = await startTestServer();
    lambda = lambdaClient(server.url);
    const code = pythonZip(SOURCE);
    await createFunction(lambda, "orders", code);
    await createFunction(lambda, "reports", code);
    await createFunction(lambda, "shut", code);
    await createFunction(lambda, "idle", code);
    await lambda.send(new PublishVersionCommand({ FunctionName: "orders" }));
    await lambda.send(new PublishVersionCommand({ FunctionName: "reports" }));
    await lambda.send(new CreateAliasCommand({ FunctionName: "orders", Name: "live", FunctionVersion: "1" }));
    await lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName: "shut", ReservedConcurrentExecutions: 0 }),
    );
    for (let call = 0; call < 6; call++) await invoke(lambda, "orders", {});
    for (let call = 0; call < 2; call++) await invoke(lambda, "orders", { fail: true });
    await invoke(lambda, "orders", {}, { Qualifier: "live" });
    await invoke(lambda, "reports", {});
    await refusalOf(invoke(lambda, "shut", {}));
    await lambda.send(new InvokeCommand({ FunctionName: "reports", InvocationType: "Event" }));
    browser = await startBrowser(server.url);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  function chart(page: Page, name: string) {
    return page.getByRole("application", { name }).or(page.getByRole("img", { name })).first();
  }

  it("charts all functions together, and names the most called first", async () => {
    const opened = await browser.open("#/monitoring");
    const { page } = opened;
    await page.getByText("Invocations 11, Errors 2").first().waitFor();
    await page.getByText("Success rate 81.82 %").first().waitFor();
    await page.getByText("Received 1, Dropped 0").first().waitFor();
    await page
      .getByText(/^p50 .*, p95 .*, p99 /)
      .first()
      .waitFor();
    for (const name of ["Invocations and errors", "Duration", "Throttles", "Concurrent executions"]) {
      await chart(page, name).waitFor();
    }
    const table = page.getByRole("table", { name: "Functions by invocations" });
    await table.getByRole("link", { name: "orders" }).waitFor();
    const rows = await table.locator("tbody tr").allTextContents();
    assert.match(rows[0] ?? "", /^orders9277.78 %0/);
    assert.match(rows[1] ?? "", /^reports20100 %0/);
    assert.match(rows[2] ?? "", /^shut00–1–/);
    assert.equal(rows.length, 3);
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("adds what happens while somebody looks, cold starts among it", async () => {
    const opened = await browser.open("#/monitoring?function=idle");
    const { page } = opened;
    await page.getByText("0 since the server's start").first().waitFor();
    await page.locator("p", { hasText: "Nothing was counted in this time." }).nth(6).waitFor();
    await page
      .locator("p", { hasText: "The first reading is the one to compare with" })
      .waitFor({ state: "detached" });
    await invoke(lambda, "idle", {});
    await page.getByText("Invocations 1, Errors 0").first().waitFor();
    await page.getByText("1 since the server's start").first().waitFor();
    await screenshot(page, "monitoring-cold-start");
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("shows the same as tables", async () => {
    const opened = await browser.open("#/monitoring?function=orders");
    const { page } = opened;
    await page
      .getByRole("radio", { name: "Tables" })
      .or(page.getByRole("button", { name: "Tables" }))
      .click();
    const table = page.getByRole("table", { name: "Invocations and errors" });
    await table.getByRole("columnheader", { name: "Errors" }).waitFor();
    const cells = await table
      .locator("tbody tr")
      .evaluateAll((rows) => rows.map((row) => Number(row.querySelectorAll("th, td")[1]?.textContent)));
    assert.equal(
      cells.reduce((sum, value) => sum + value, 0),
      9,
    );
    await assertAccessible(page);
    await screenshot(page, "monitoring-tables");
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("tells of provisioned concurrency where there is some", async () => {
    await lambda.send(
      new PutProvisionedConcurrencyConfigCommand({
        ...{ FunctionName: "reports", Qualifier: "1", ProvisionedConcurrentExecutions: 2 },
      }),
    );
    const ready = new GetProvisionedConcurrencyConfigCommand({ FunctionName: "reports", Qualifier: "1" });
    await waitFor("the provisioned environments", async () => {
      const { Status } = await lambda.send(ready);
      return Status === "READY" ? true : undefined;
    });
    await invoke(lambda, "reports", {}, { Qualifier: "1" });
    const opened = await browser.open("#/monitoring?function=reports&qualifier=1");
    const { page } = opened;
    await page.getByText("In use, at most 1").first().waitFor();
    await page.getByText("At most 50 %").first().waitFor();
    await page.getByText("On provisioned environments 1, Spilled over to others 0").first().waitFor();
    await page.getByText("Of the whole function: Most at once").first().waitFor();
    await screenshot(page, "monitoring-provisioned");
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("tells calls of an alias apart", async () => {
    const opened = await browser.open("#/monitoring?function=orders");
    const { page } = opened;
    await page.getByText("Invocations 9, Errors 2").first().waitFor();
    await page.getByRole("button", { name: /Version or alias/ }).click();
    await page.getByRole("option", { name: "live" }).click();
    await page.getByText("Invocations 1, Errors 0").first().waitFor();
    assert.match(page.url(), /qualifier=live/);
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("shows other times and periods, and says where there was nothing", async () => {
    const opened = await browser.open("#/monitoring");
    const { page } = opened;
    await page.getByText("Invocations 1").first().waitFor();
    await page.getByRole("button", { name: /Period/ }).click();
    await page.getByRole("option", { name: "5 minutes", exact: true }).click();
    await page.getByText("Invocations 1").first().waitFor();
    await page.getByRole("button", { name: /Time range/ }).click();
    await assertAccessible(page);
    await page.getByText("Between two times").click();
    await page.getByLabel("Start date").fill("2026/01/01");
    await page.getByLabel("Start time").fill("00:00:00");
    await page.getByLabel("End date").fill("2026/01/02");
    await page.getByLabel("End time").fill("00:00:00");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByText("No function was called in this time").first().waitFor();
    await page.getByText("Nothing was counted in this time.").first().waitFor();
    await screenshot(page, "monitoring-nothing");
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("is accessible, light and dark, also as a function's tab", async () => {
    await assertPageHolds(browser, "#/monitoring", "monitoring", async (page) => {
      await page
        .getByText(/Invocations \d+, Errors 2/)
        .first()
        .waitFor();
    });
    await assertPageHolds(browser, "#/functions/orders?tab=monitor", "function-monitor", async (page) => {
      await page.getByText("Invocations 9, Errors 2").first().waitFor();
    });
  });
});
