/** The logs' pages in a real browser: groups, search, live tail, and a function's own logs. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { LambdaClient } from "@aws-sdk/client-lambda";
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
const GROUP = "/app/shop";
const PAGE = `#/logs/${encodeURIComponent(GROUP)}`;

describe("the logs' pages", { skip }, () => {
  let server: TestServer;
  let browser: TestBrowser;
  let logs: CloudWatchLogsClient;
  let lambda: LambdaClient;

  before(async () => {
    server = await startTestServer();
    logs = logsClient(server.url);
    lambda = lambdaClient(server.url);
    await createFunction(
      lambda,
      "chatty",
      pythonZip("def lambda_handler(event, context):\n    print('[WARNING] said ' + event['word'])\n"),
    );
    await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
    for (const logStreamName of ["one", "two"]) {
      await logs.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName }));
    }
    await put("one", [
      "[INFO] opened",
      '{"level":"error","message":"no such order","order":{"id":42}}',
      `DEBUG ${"long ".repeat(200)}`,
    ]);
    await put("two", ["[ERROR] elsewhere"]);
    browser = await startBrowser(server.url);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function put(logStreamName: string, messages: readonly string[]): Promise<void> {
    const timestamp = Date.now();
    const logEvents = messages.map((message) => ({ timestamp, message }));
    await logs.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName, logEvents }));
  }

  const linesOf = ({ page }: OpenPage) => page.getByRole("region", { name: "Log lines" });

  async function finish(opened: OpenPage): Promise<void> {
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  }

  it("lists groups and changes how long one is kept", async () => {
    const opened = await browser.open("#/logs");
    const { page } = opened;
    const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: GROUP }) });
    await row.getByText("Kept for ever").first().waitFor();
    await row.getByRole("radio").click();
    await page.getByRole("button", { name: "Edit retention" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: /Retention/ }).click();
    await page.getByRole("option", { name: "14 days" }).click();
    await dialog.getByRole("button", { name: "Save" }).click();
    await row.getByText("14 days").first().waitFor();
    const known = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: GROUP }));
    assert.equal(known.logGroups?.[0]?.retentionInDays, 14);
    await finish(opened);
  });

  it("searches lines by a pattern, labels levels, opens JSON and wraps what is long", async () => {
    const opened = await browser.open(PAGE);
    const { page } = opened;
    const lines = linesOf(opened);
    await lines.getByText("[INFO] opened").first().waitFor();
    assert.deepEqual(await lines.locator(".log-level").allTextContents(), [
      "Info",
      "Error",
      "Debug",
      "Error",
    ]);
    const box = await lines.evaluate((element) => [element.scrollWidth, element.clientWidth]);
    assert.ok((box[0] ?? 0) <= (box[1] ?? 0), `wider than its box: ${box}`);
    await lines.getByRole("button", { name: "Open the JSON line" }).click();
    await lines.getByText('"id": 42').first().waitFor();
    await screenshot(page, "logs-json");
    await page.getByLabel("Filter pattern").fill("{ $.order.id = 42 }");
    await page.keyboard.press("Enter");
    await lines.getByText("[INFO] opened").first().waitFor({ state: "detached" });
    assert.equal(await lines.locator("li").count(), 1);
    await page.getByLabel("Filter pattern").fill("{ $.order.id = ");
    await page.keyboard.press("Enter");
    await page.getByText("Invalid Parameter").first().waitFor();
    opened.forgive(/400/);
    await finish(opened);
  });

  it("tails lines as they are written, once each, and pauses", async () => {
    const opened = await browser.open(PAGE);
    const { page } = opened;
    const lines = linesOf(opened);
    await lines.getByText("[INFO] opened").first().waitFor();
    await page.getByRole("button", { name: "Live tail" }).click();
    await page.getByText("Live: new lines appear as they are written").first().waitFor();
    await put("two", ["[INFO] fresh one"]);
    await lines.getByText("fresh one").first().waitFor();
    await put("one", ["[INFO] fresh two"]);
    await lines.getByText("fresh two").first().waitFor();
    assert.equal(await lines.getByText("fresh one").count(), 1);
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Live tail" }).waitFor();
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download" }).click();
    const text = await readFile(await (await coming).path(), "utf8");
    assert.match(text, /^\d{4}-.*Z \[INFO\] opened\n/);
    assert.match(text, /fresh two\n$/);
    await finish(opened);
  });

  it("searches between two moments and back from now", async () => {
    const opened = await browser.open(PAGE);
    const { page } = opened;
    await linesOf(opened).getByText("[INFO] opened").first().waitFor();
    await page.getByRole("button", { name: /^Time range/ }).click();
    await page.getByRole("radio", { name: "Last 5 minutes" }).click();
    await page.getByRole("button", { name: "Apply" }).click();
    await linesOf(opened).getByText("[INFO] opened").first().waitFor();
    await page.getByRole("button", { name: /^Time range/ }).click();
    await page.getByRole("button", { name: "Between two moments" }).click();
    await page.getByLabel("From (day)").fill("2024/01/01");
    await page.getByLabel("Until (day)").fill("2024/01/02");
    await page.getByLabel("From (time)").fill("00:00:00");
    await page.getByLabel("Until (time)").fill("00:00:00");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByText("No lines").first().waitFor();
    assert.ok(await page.getByRole("button", { name: "Live tail" }).isDisabled());
    await finish(opened);
  });

  it("lists streams and shows one of them alone", async () => {
    const opened = await browser.open(`${PAGE}?tab=streams`);
    const { page } = opened;
    await page.getByRole("link", { name: "two" }).waitFor();
    await page.getByLabel("Streams whose name begins with").fill("on");
    await page.getByRole("link", { name: "two" }).waitFor({ state: "detached" });
    await page.getByRole("link", { name: "one", exact: true }).click();
    await linesOf(opened).getByText("[INFO] opened").first().waitFor();
    assert.equal(await page.getByText("[ERROR] elsewhere").count(), 0);
    await finish(opened);
  });

  it("shows a function's own lines as it runs, with its reports in words", async () => {
    const opened = await browser.open("#/functions/chatty?tab=logs");
    const { page } = opened;
    await page.getByText("No logs yet").first().waitFor();
    await page.getByRole("button", { name: "Live tail" }).click();
    await invoke(lambda, "chatty", { word: "hello" });
    const lines = linesOf(opened);
    await lines.getByText("[WARNING] said hello").first().waitFor();
    await lines
      .getByText(/^Report of /)
      .first()
      .waitFor();
    await lines.getByText("128 MB").first().waitFor();
    assert.equal(await lines.locator('[data-level="warning"] .log-level').textContent(), "Warning");
    await screenshot(page, "function-logs");
    opened.forgive(/400/);
    await finish(opened);
  });

  it("is accessible, light and dark", { timeout: 90_000 }, async () => {
    await assertPageHolds(browser, "#/logs", "logs", async (page) => {
      await page.getByRole("link", { name: GROUP }).waitFor();
    });
    await assertPageHolds(browser, PAGE, "log-group", async (page) => {
      await page.getByText("[INFO] opened").first().waitFor();
    });
    await assertPageHolds(browser, "#/functions/chatty?tab=logs", "function-logs", async (page) => {
      await page.getByText("[WARNING] said hello").first().waitFor();
    });
  });

  it("holds the newest 2,000 lines, and no more while many come", { timeout: 60_000 }, async () => {
    const flood = (word: string): Promise<void> =>
      put(
        "one",
        Array.from({ length: 2500 }, (_, index) => `${word} ${index} of many`),
      );
    await flood("early");
    const opened = await browser.open(PAGE);
    const { page } = opened;
    const lines = linesOf(opened);
    await lines.getByText("early 2499 of many").first().waitFor();
    await page.getByText("Only the newest 2,000 lines are shown.").first().waitFor();
    assert.equal(await lines.locator("li").count(), 2000);
    await page.getByRole("button", { name: "Live tail" }).click();
    await flood("late");
    await lines.getByText("late 2499 of many").first().waitFor();
    await lines.getByText("early 2499 of many").first().waitFor({ state: "detached" });
    assert.equal(await lines.locator("li").count(), 2000);
    // The view has stayed at the end.
    const rest = await lines.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
    assert.ok(rest < 40, `${rest} pixels from the end`);
    await finish(opened);
  });

  it("deletes a group once the word is typed", async () => {
    const opened = await browser.open(PAGE);
    const { page } = opened;
    await page.getByRole("button", { name: "Delete group" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("To confirm, type delete").fill("delete");
    await dialog.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText(`Deleted: log group ${GROUP}`).first().waitFor();
    const known = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: GROUP }));
    assert.deepEqual(known.logGroups, []);
    await finish(opened);
  });
});
