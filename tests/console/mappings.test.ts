/** Triggers: queues are connected, filtered, held up and let go in a real browser, then looked up with the SDK. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  CreateAliasCommand,
  CreateEventSourceMappingCommand,
  type LambdaClient,
  ListEventSourceMappingsCommand,
  PublishVersionCommand,
} from "@aws-sdk/client-lambda";
import { CreateQueueCommand } from "@aws-sdk/client-sqs";
import type { Page } from "playwright-core";
import {
  assertAccessible,
  assertPageHolds,
  screenshot,
  startBrowser,
  type TestBrowser,
  whyNoBrowser,
} from "../../testkit/browser.ts";
import { lambdaClient, sqsClient } from "../../testkit/clients.ts";
import { createFunction, pythonZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const skip = whyNoBrowser();
const CODE = pythonZip("def lambda_handler(event, context):\n    return event\n");
const TRIGGERS = "#/functions/worker?tab=configuration&section=triggers";

async function finish(page: Page, verb: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: verb, exact: true }).click();
  await dialog.waitFor({ state: "detached" });
}

describe("event source mappings", { skip }, () => {
  let server: TestServer;
  let browser: TestBrowser;
  let lambda: LambdaClient;

  before(async () => {
    server = await startTestServer();
    lambda = lambdaClient(server.url);
    await createFunction(lambda, "worker", CODE);
    await lambda.send(new PublishVersionCommand({ FunctionName: "worker" }));
    await lambda.send(new CreateAliasCommand({ FunctionName: "worker", Name: "live", FunctionVersion: "1" }));
    await createFunction(lambda, "other", CODE);
    const sqs = sqsClient(server.url);
    for (const QueueName of ["orders", "letters", "parcels"]) {
      await sqs.send(new CreateQueueCommand({ QueueName }));
    }
    await lambda.send(
      new CreateEventSourceMappingCommand({
        FunctionName: "other",
        EventSourceArn: "arn:aws:sqs:us-east-1:000000000000:letters",
      }),
    );
    browser = await startBrowser(server.url);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function mappingOf(FunctionName: string) {
    const answer = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }));
    return answer.EventSourceMappings?.[0];
  }

  it("connects a queue with the function, then changes, disables and deletes the mapping", async () => {
    const opened = await browser.open(TRIGGERS);
    const { page } = opened;
    await page.getByText("No event source mappings").first().waitFor();
    await page.getByRole("button", { name: "Add trigger" }).click();
    await page.getByRole("dialog").getByRole("button", { name: /Queue/ }).click();
    await page.getByRole("option", { name: "orders" }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /Version or alias/ })
      .click();
    await page.getByRole("option", { name: "live" }).click();
    await page.getByLabel("Batch size").fill("100");
    await page.getByText("More than 10 messages in a batch").first().waitFor();
    await page.getByLabel("Batch window (seconds)").fill("5");
    await page.getByLabel("Maximum concurrency").fill("3");
    await page.getByRole("button", { name: "Add filter pattern" }).click();
    await page.getByLabel("Filter pattern 1", { exact: true }).fill("{nonsense");
    await page.getByText("This is not JSON.").first().waitFor();
    await page.getByLabel("Filter pattern 1", { exact: true }).fill('{"body": {"kind": ["order"]}}');
    await page.getByText("Report batch item failures").click();
    await screenshot(page, "mapping-dialog");
    await assertAccessible(page);
    await finish(page, "Add");
    const row = page.getByRole("row", { name: /orders/ });
    await row.getByText("Enabled").first().waitFor();
    const made = await mappingOf("worker");
    assert.match(made?.FunctionArn ?? "", /:worker:live$/);
    assert.equal(made?.BatchSize, 100);
    assert.equal(made.MaximumBatchingWindowInSeconds, 5);
    assert.equal(made.ScalingConfig?.MaximumConcurrency, 3);
    assert.deepEqual(made.FunctionResponseTypes, ["ReportBatchItemFailures"]);
    assert.deepEqual(made.FilterCriteria?.Filters, [{ Pattern: '{"body": {"kind": ["order"]}}' }]);

    await row.getByRole("radio").click();
    await page.getByRole("button", { name: "Disable" }).click();
    await row.getByText("Disabled").first().waitFor();
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await page.getByLabel("Maximum concurrency").fill("");
    await page.getByRole("button", { name: "Remove filter pattern 1" }).click();
    await finish(page, "Save");
    await row.getByText("Disabled").first().waitFor();
    const changed = await mappingOf("worker");
    assert.equal(changed?.ScalingConfig?.MaximumConcurrency, undefined);
    assert.equal(changed?.FilterCriteria, undefined);
    await page.getByRole("button", { name: "Delete", exact: true }).last().click();
    await finish(page, "Delete");
    await row.waitFor({ state: "detached" });
    assert.equal(await mappingOf("worker"), undefined);
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("shows all of the account, lets a function be chosen, and says a refusal in words", async () => {
    const opened = await browser.open("#/mappings");
    const { page } = opened;
    await page.getByRole("link", { name: "other" }).waitFor();
    await page.getByRole("button", { name: "Add trigger" }).click();
    await page.getByRole("dialog").getByRole("button", { name: /Queue/ }).click();
    await page.getByRole("option", { name: "letters" }).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /Function/ })
      .click();
    await page.getByRole("option", { name: "other" }).click();
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page
      .getByText(/already exists|is already/)
      .first()
      .waitFor();
    opened.forgive(/409/);
    await page.getByRole("dialog").getByRole("button", { name: /Queue/ }).click();
    await page.getByRole("option", { name: "parcels" }).click();
    await finish(page, "Add");
    await page.getByRole("row", { name: /parcels.*Enabled/ }).waitFor();
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("is accessible, light and dark", async () => {
    await assertPageHolds(browser, "#/mappings", "mappings", async (page) => {
      await page.getByRole("row", { name: /letters/ }).waitFor();
    });
    await assertPageHolds(browser, TRIGGERS, "configuration-triggers", async (page) => {
      await page.getByText("No event source mappings").first().waitFor();
    });
  });
});
