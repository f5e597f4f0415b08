/** The alarms' pages: made, changed, watched and deleted in a real browser, judged by a real server. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  type CloudWatchClient,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from "@aws-sdk/client-cloudwatch";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { Page } from "playwright-core";
import {
  assertAccessible,
  assertPageHolds,
  screenshot,
  startBrowser,
  type TestBrowser,
  whyNoBrowser,
} from "../../testkit/browser.ts";
import { cloudWatchClient, lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const skip = whyNoBrowser();
const ACTION = "arn:aws:lambda:us-east-1:000000000000:function:orders";

describe("the alarms' pages", { skip }, () => {
  let server: TestServer;
  let browser: TestBrowser;
  let cloudWatch: CloudWatchClient;
  let lambda: LambdaClient;

  before(async () => {
    server = await startTestServer();
    cloudWatch = cloudWatchClient(server.url);
    const code = pythonZip("def lambda_handler(event, context):\n    return event\n");
    lambda = lambdaClient(server.url);
    await createFunction(lambda, "orders", code);
    await cloudWatch.send(
      new PutMetricAlarmCommand({
        ...{ AlarmName: "rate", EvaluationPeriods: 1, Threshold: 1 },
        ComparisonOperator: "GreaterThanThreshold",
        Metrics: [
          { Id: "share", Expression: "errors / calls", Label: "Share of errors" },
          ...["errors", "calls"].map((Id) => ({
            ...{ Id, ReturnData: false },
            MetricStat: {
              Metric: { Namespace: "AWS/Lambda", MetricName: Id === "errors" ? "Errors" : "Invocations" },
              ...{ Period: 60, Stat: "Sum" },
            },
          })),
        ],
      }),
    );
    browser = await startBrowser(server.url);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function choose(page: Page, label: string, option: string): Promise<void> {
    await page.getByRole("dialog").getByRole("button", { name: label, exact: false }).click();
    await page.getByRole("option", { name: option, exact: true }).click();
  }

  async function alarmNamed(name: string) {
    const { MetricAlarms } = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
    return MetricAlarms?.[0];
  }

  it("creates an alarm, and says what is missing before", async () => {
    const opened = await browser.open("#/alarms");
    const { page } = opened;
    await page.getByRole("link", { name: "rate" }).waitFor();
    await page.getByRole("button", { name: "Create alarm" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Create alarm" }).click();
    await dialog.getByText("An alarm needs a name.").first().waitFor();
    await dialog.getByLabel("Alarm name").fill("orders failing");
    await choose(page, "Function", "orders");
    await dialog.getByLabel("Threshold", { exact: true }).fill("2.5");
    await dialog.getByLabel("Periods to look at").fill("3");
    await dialog.getByLabel("Periods beyond the threshold that make an alarm").fill("2");
    await dialog.getByText("Errors (Sum) > 2.5 in 2 of 3 periods of 1 minute").first().waitFor();
    await assertAccessible(page);
    await screenshot(page, "alarm-form");
    await dialog.getByRole("button", { name: "Create alarm" }).click();
    await page.getByText("Alarm orders failing created").first().waitFor();
    const row = page.getByRole("row", { name: /orders failing/ });
    await row.getByText("OK", { exact: true }).first().waitFor();
    const alarm = await alarmNamed("orders failing");
    assert.deepEqual(alarm?.Dimensions, [{ Name: "FunctionName", Value: "orders" }]);
    assert.equal(alarm?.Threshold, 2.5);
    assert.equal(alarm?.DatapointsToAlarm, 2);
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("shows a state as it changes, with its history, and keeps actions over an edit", async () => {
    await cloudWatch.send(
      new PutMetricAlarmCommand({
        ...{ AlarmName: "slow", Namespace: "AWS/Lambda", MetricName: "Duration", Period: 60 },
        ...{ ExtendedStatistic: "p95", EvaluationPeriods: 1, Threshold: 100, AlarmActions: [ACTION] },
        ...{ ComparisonOperator: "GreaterThanThreshold", ActionsEnabled: false },
        // Else the turn of a minute would undo the state that is set.
        TreatMissingData: "ignore",
      }),
    );
    const opened = await browser.open("#/alarms/slow");
    const { page } = opened;
    await page.getByText("Not enough data", { exact: true }).first().waitFor();
    await page.getByText('Alarm "slow" created').first().waitFor();
    await page.getByText("The metric had no values lately.").first().waitFor();
    await cloudWatch.send(
      new SetAlarmStateCommand({ AlarmName: "slow", StateValue: "ALARM", StateReason: "a rehearsal" }),
    );
    await page.getByText("In alarm", { exact: true }).first().waitFor();
    await page.getByText("a rehearsal").first().waitFor();
    await page.getByText("Alarm updated from INSUFFICIENT_DATA to ALARM").first().waitFor();
    // Not before: a value would let the next minute's turn undo what was set.
    await invoke(lambda, "orders", {});
    await page.getByRole("application", { name: "Duration (p95) and the threshold" }).waitFor();
    await page.getByText("Threshold 100").first().waitFor();
    await page.getByRole("button", { name: "Edit" }).click();
    const dialog = page.getByRole("dialog");
    await choose(page, "Comparison", "Less than");
    await dialog.getByLabel("Threshold", { exact: true }).fill("7");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("Duration (p95) < 7 in 1 period of 1 minute").first().waitFor();
    const alarm = await alarmNamed("slow");
    assert.deepEqual(alarm?.AlarmActions, [ACTION]);
    assert.equal(alarm?.ActionsEnabled, false);
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("shows a refusal in words, and the form stays", async () => {
    const opened = await browser.open("#/alarms");
    const { page } = opened;
    await page.getByRole("button", { name: "Create alarm" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Alarm name").fill("too long");
    await dialog.getByLabel("Periods to look at").fill("5000");
    await dialog.getByRole("button", { name: "Create alarm" }).click();
    await dialog
      .getByText(/Metrics cannot be checked across more than 24 hours/)
      .first()
      .waitFor();
    opened.forgive(/status of 400/);
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("lets nobody edit what the form could not show", async () => {
    const opened = await browser.open("#/alarms/rate");
    const { page } = opened;
    await page.getByText("This alarm watches something else").first().waitFor();
    await page.getByText("Share of errors > 1 in 1 period").first().waitFor();
    assert.equal(await page.getByRole("button", { name: "Edit" }).isDisabled(), true);
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("is accessible, light and dark", async () => {
    await assertPageHolds(browser, "#/alarms", "alarms", async (page) => {
      await page.getByRole("link", { name: "slow" }).waitFor();
    });
    await assertPageHolds(browser, "#/alarms/slow", "alarm", async (page) => {
      await page.getByText('Alarm "slow" created').first().waitFor();
    });
  });

  it("deletes what was chosen, once that was confirmed", async () => {
    const opened = await browser.open("#/alarms");
    const { page } = opened;
    await page.getByRole("checkbox", { name: "Choose slow" }).click();
    await page.getByRole("checkbox", { name: "Choose rate" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Delete 2 alarms").first().waitFor();
    await dialog.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("Deleted 2 alarms").first().waitFor();
    await page.getByRole("link", { name: "slow" }).waitFor({ state: "detached" });
    assert.equal(await alarmNamed("slow"), undefined);
    assert.notEqual(await alarmNamed("orders failing"), undefined);
    await page.getByRole("link", { name: "orders failing" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("Nothing is watched yet.").first().waitFor();
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });
});
