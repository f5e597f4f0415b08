/** The cost page: real calls, and what AWS would have asked for them. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import {
  assertPageHolds,
  screenshot,
  startBrowser,
  type TestBrowser,
  whyNoBrowser,
} from "../../testkit/browser.ts";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const skip = whyNoBrowser();

describe("the cost page", { skip }, () => {
  let server: TestServer;
  let browser: TestBrowser;

  before(async () => {
    server = await startTestServer();
    const lambda = lambdaClient(server.url);
    const code = pythonZip("def lambda_handler(event, context):\n    return event\n");
    await createFunction(lambda, "often", code, { MemorySize: 1024 });
    await createFunction(lambda, "seldom", code);
    for (let call = 0; call < 7; call++) await invoke(lambda, "often", {});
    await invoke(lambda, "seldom", {});
    browser = await startBrowser(server.url);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("counts the calls, tells the functions apart, and names where its prices are from", async () => {
    const opened = await browser.open("#/cost");
    const { page } = opened;
    await page.getByText("8 requests,").first().waitFor();
    const table = page.getByRole("table", { name: "Cost by function" });
    const rows = await table.locator("tbody tr").allTextContents();
    assert.match(rows[0] ?? "", /^often\$0\.0000\d+.*%7/);
    assert.match(rows[1] ?? "", /^seldom\$0\.00000\d+.*%1/);
    await page
      .getByText(/List prices of us-east-1, seen on \d{4}-\d\d-\d\d/)
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Prices" }).click();
    await page.getByText("$0.0000166667, then $0.000015").first().waitFor();
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("gives the same as a CSV file", async () => {
    const opened = await browser.open("#/cost");
    const { page } = opened;
    const coming = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download CSV" }).click();
    const lines = (await readFile(await (await coming).path(), "utf8")).trim().split("\r\n");
    assert.match(lines[0] ?? "", /^day,account,region,function,/);
    assert.equal(lines.length, 3);
    await opened.close();
  });

  it("shows other periods, and says when nothing ran in one", async () => {
    const opened = await browser.open("#/cost");
    const { page } = opened;
    await page.getByText("8 requests,").first().waitFor();
    await page.getByRole("button", { name: /Period/ }).click();
    await page.getByRole("option", { name: "Last month" }).click();
    await page.getByText("No function ran in these days").first().waitFor();
    await screenshot(page, "cost-nothing");
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("is accessible, light and dark", async () => {
    await assertPageHolds(browser, "#/cost", "cost", async (page) => {
      await page.getByText("8 requests,").first().waitFor();
    });
  });
});
