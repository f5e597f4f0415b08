/** Logs Insights in a real browser: queries over real lines, their table, their bars, and their end. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  assertPageHolds,
  type OpenPage,
  screenshot,
  startBrowser,
  type TestBrowser,
  whyNoBrowser,
} from "../../testkit/browser.ts";
import { lambdaClient, logsClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const skip = whyNoBrowser();
const GROUP = "/app/orders";
const MINUTE_MS = 60_000;

describe("Logs Insights in the console", { skip }, () => {
  let server: TestServer;
  let browser: TestBrowser;
  let logs: CloudWatchLogsClient;

  before(async () => {
    server = await startTestServer();
    logs = logsClient(server.url);
    await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
    await logs.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: "s" }));
    const nowMs = Date.now();
    const logEvents = Array.from({ length: 300 }, (_, index) => ({
      timestamp: nowMs - (300 - index) * (MINUTE_MS / 10),
      message: JSON.stringify({ level: index % 10 === 0 ? "ERROR" : "INFO", ms: index }),
    }));
    await logs.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName: "s", logEvents }));
    const lambda = lambdaClient(server.url);
    const code = pythonZip("def lambda_handler(event, context):\n    return event\n");
    await createFunction(lambda, "asked", code);
    for (let call = 0; call < 3; call++) await invoke(lambda, "asked", {});
    browser = await startBrowser(server.url);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const addressOf = (query: string, group = GROUP): string =>
    `#/insights?${new URLSearchParams({ group, query })}`;

  async function finish(opened: OpenPage): Promise<void> {
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  }

  it("asks the chosen groups and shows, sorts and hands out the rows", async () => {
    const opened = await browser.open("#/insights");
    const { page } = opened;
    assert.ok(await page.getByRole("button", { name: "Run query" }).isDisabled());
    await page.getByRole("button", { name: /Log groups/ }).click();
    await page.getByRole("option", { name: GROUP }).click();
    await page.keyboard.press("Escape");
    await page.getByLabel("Query", { exact: true }).fill("fields level, ms | filter ms >= 98 and ms < 102");
    await page.keyboard.press("Control+Enter");
    const table = page.getByRole("table", { name: "Results" });
    await table.getByRole("rowheader", { name: "ERROR" }).waitFor();
    await page.getByText("Complete", { exact: true }).first().waitFor();
    await page
      .getByText(/^4 of 300 lines matched/)
      .first()
      .waitFor();
    await table.getByRole("button", { name: /^ms/ }).click();
    await table.getByRole("button", { name: /^ms/ }).click();
    await table.locator("tbody tr").first().locator("td").last().getByText("101").waitFor();
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download CSV" }).click();
    const csv = await readFile(await (await coming).path(), "utf8");
    assert.match(csv, /^"level","ms"\r\n/);
    assert.equal(csv.trim().split("\r\n").length, 5);
    assert.match(page.url(), /group=%2Fapp%2Forders/);
    await finish(opened);
  });

  it("draws bars where the query groups by time", async () => {
    const opened = await browser.open(addressOf("stats count(*) as n by bin(5m), level"));
    const { page } = opened;
    await page.getByRole("button", { name: "Run query" }).click();
    await page.getByRole("heading", { name: "Over time" }).waitFor();
    const chart = page
      .getByRole("application", { name: "Results over time" })
      .or(page.locator("svg[aria-label]"));
    await chart.first().waitFor();
    await page.getByText("ERROR", { exact: true }).first().waitFor();
    await screenshot(page, "insights-bars");
    await finish(opened);
  });

  it("knows the reports of a function by the examples", async () => {
    const opened = await browser.open(addressOf("fields @message", "/aws/lambda/asked"));
    const { page } = opened;
    await page.getByRole("button", { name: "Examples" }).click();
    await page.getByRole("menuitem", { name: "Slowest invocations" }).click();
    await page.getByRole("button", { name: "Run query" }).click();
    const table = page.getByRole("table", { name: "Results" });
    await table.getByText("@requestId").first().waitFor();
    await page.getByText("Complete", { exact: true }).first().waitFor();
    assert.equal(await table.locator("tbody tr").count(), 3);
    await finish(opened);
  });

  it("runs every example", async () => {
    const opened = await browser.open(addressOf("fields @message", "/aws/lambda/asked"));
    const { page } = opened;
    await page.getByRole("button", { name: "Examples" }).click();
    const names = await page.getByRole("menuitem").allTextContents();
    await page.keyboard.press("Escape");
    assert.ok(names.length > 3);
    for (const name of names) {
      await page.getByRole("button", { name: "Examples" }).click();
      await page.getByRole("menuitem", { name, exact: true }).click();
      await page.getByRole("button", { name: "Run query" }).click();
      await page.getByText("Complete", { exact: true }).first().waitFor();
    }
    await finish(opened);
  });

  it("stops a query when told to", async () => {
    const opened = await browser.open(addressOf("fields @message"));
    const { page } = opened;
    const isStart = /StartQuery$/;
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    // The answer is slow to come, so that there is something to stop.
    await page.route("**/*", async (route) => {
      if (isStart.test(route.request().headers()["x-amz-target"] ?? "")) await held;
      await route.continue();
    });
    const stopping = page.waitForRequest((request) =>
      /StopQuery$/.test(request.headers()["x-amz-target"] ?? ""),
    );
    await page.getByRole("button", { name: "Run query" }).click();
    await page.getByRole("button", { name: "Stop" }).click();
    letGo();
    await stopping;
    await page.getByRole("button", { name: "Run query" }).waitFor();
    // It may have ended just before.
    await page
      .getByText("Stopped", { exact: true })
      .or(page.getByText("Complete", { exact: true }))
      .waitFor();
    opened.forgive(/400/);
    await finish(opened);
  });

  it("shows what is wrong with a query", async () => {
    const opened = await browser.open(addressOf("stats count( by"));
    const { page } = opened;
    await page.getByRole("button", { name: "Run query" }).click();
    await page.getByText("Malformed Query").first().waitFor();
    opened.forgive(/400/);
    await finish(opened);
  });

  it("is accessible, light and dark", { timeout: 90_000 }, async () => {
    await assertPageHolds(
      browser,
      addressOf("stats count(*) as n by bin(5m), level"),
      "insights",
      async (page) => {
        await page.getByRole("button", { name: "Run query" }).click();
        await page.getByText("Complete", { exact: true }).first().waitFor();
      },
    );
  });
});
