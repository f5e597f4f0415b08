/** The queues' pages in a real browser, with real queues, messages and a function that polls. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CreateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import {
  assertPageHolds,
  type OpenPage,
  screenshot,
  startBrowser,
  type TestBrowser,
  whyNoBrowser,
} from "../../testkit/browser.ts";
import { lambdaClient, sqsClient } from "../../testkit/clients.ts";
import { createFunction, pythonZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const skip = whyNoBrowser();
const ARN = "arn:aws:sqs:us-east-1:000000000000";

describe("the queues' pages", { skip }, () => {
  let server: TestServer;
  let browser: TestBrowser;
  let sqs: SQSClient;

  before(async () => {
    server = await startTestServer();
    sqs = sqsClient(server.url);
    browser = await startBrowser(server.url);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function queue(QueueName: string, Attributes: Record<string, string> = {}): Promise<string> {
    const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    return QueueUrl;
  }

  async function fill(QueueUrl: string, total: number): Promise<void> {
    for (let first = 0; first < total; first += 10) {
      const Entries = Array.from({ length: Math.min(10, total - first) }, (_, index) => ({
        Id: String(index),
        MessageBody: JSON.stringify({ order: first + index }),
      }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    }
  }

  async function attributes(QueueUrl: string): Promise<Record<string, string>> {
    const answer = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
    return answer.Attributes ?? {};
  }

  async function finish(opened: OpenPage): Promise<void> {
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  }

  it("creates a queue, counts what comes into it, and deletes it by its name", async () => {
    const opened = await browser.open("#/queues");
    const { page } = opened;
    await page.getByText("No queues").first().waitFor();
    await page.getByRole("button", { name: "Create queue" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("FIFO").click();
    await dialog.getByLabel("Name", { exact: true }).fill("made");
    await dialog.getByText("The queue will be called made.fifo.").first().waitFor();
    await dialog.getByLabel("Standard").click();
    await dialog.getByRole("button", { name: "Settings" }).click();
    await dialog.getByLabel("Visibility timeout (seconds)").fill("77");
    await dialog.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByText("Created: queue made").first().waitFor();
    const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: "made" }) });
    await row.getByText("1 min 17 s").first().waitFor();
    const url = await queue("made");
    await fill(url, 12);
    await row.getByRole("cell", { name: "12", exact: true }).waitFor();
    await row.getByRole("radio").click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await dialog.getByLabel("To confirm, type made").fill("made");
    await dialog.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("Deleted: queue made").first().waitFor();
    await page.getByText("No queues").first().waitFor();
    await finish(opened);
  });

  it("sends a message, looks at it, deletes it, and purges the rest", async () => {
    const url = await queue("orders");
    const opened = await browser.open("#/queues/orders");
    const { page } = opened;
    await page.getByLabel("Body").fill('{"order": 7}');
    await page.getByRole("button", { name: /Message attributes/ }).click();
    await page.getByRole("button", { name: "Add attribute" }).click();
    await page.getByLabel("Name of attribute 1").fill("colour");
    await page.getByLabel("Value of attribute 1").fill("blue");
    await page.getByRole("button", { name: "Send message" }).click();
    await page.getByText("Sent", { exact: true }).first().waitFor();
    await page.getByRole("button", { name: "Look at messages" }).click();
    const table = page.getByRole("table", { name: "Messages" });
    await table.getByText('{"order": 7}').first().waitFor();
    await table.getByRole("button", { name: /^Show message/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("blue (String)").first().waitFor();
    await dialog.getByText("ApproximateReceiveCount").first().waitFor();
    await screenshot(page, "queue-message");
    await page.keyboard.press("Escape");
    await table.getByRole("button", { name: /^Delete message/ }).click();
    await dialog.getByRole("button", { name: "Delete", exact: true }).click();
    await page
      .getByText(/Deleted: message/)
      .first()
      .waitFor();
    await page.getByText("No message to be seen").first().waitFor();
    assert.equal((await attributes(url))["ApproximateNumberOfMessages"], "0");

    await fill(url, 60);
    await page.getByRole("button", { name: "Look again" }).click();
    await page.getByText("(50+)").first().waitFor();
    assert.equal(await table.getByRole("button", { name: /^Show message/ }).count(), 50);
    await page.locator("#root").getByRole("button", { name: "Purge", exact: true }).click();
    await dialog.getByLabel("To confirm, type purge").fill("purge");
    await dialog.getByRole("button", { name: "Purge", exact: true }).click();
    await page.getByText("Purged: queue orders").first().waitFor();
    await waitFor("an empty queue", async () =>
      (await attributes(url))["ApproximateNumberOfMessages"] === "0" ? true : undefined,
    );
    await page.locator("#root").getByRole("button", { name: "Purge", exact: true }).click();
    await dialog.getByLabel("To confirm, type purge").fill("purge");
    await dialog.getByRole("button", { name: "Purge", exact: true }).click();
    await dialog.getByText("Purge Queue In Progress").first().waitFor();
    opened.forgive(/403|400/);
    await finish(opened);
  });

  it("sends to a FIFO queue with its group and deduplication", async () => {
    const url = await queue("ordered.fifo", { FifoQueue: "true" });
    const opened = await browser.open("#/queues/ordered.fifo");
    const { page } = opened;
    await page.getByLabel("Body").fill("first");
    assert.ok(await page.getByRole("button", { name: "Send message" }).isDisabled());
    await page.getByLabel("Message group ID").fill("g");
    await page.getByLabel("Deduplication ID").fill("d");
    await page.getByRole("button", { name: "Send message" }).click();
    await page.getByText("Sent", { exact: true }).first().waitFor();
    assert.equal((await attributes(url))["ApproximateNumberOfMessages"], "1");
    await finish(opened);
  });

  it("changes settings, and shows what SQS says against a change", async () => {
    const url = await queue("tuned");
    const opened = await browser.open("#/queues/tuned?tab=settings");
    const { page } = opened;
    await page.getByLabel("Visibility timeout (seconds)").fill("99999");
    await page.getByText("A whole number from 0 to 43,200.").first().waitFor();
    assert.ok(await page.getByRole("button", { name: "Save" }).isDisabled());
    await page.getByLabel("Visibility timeout (seconds)").fill("55");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved: settings of tuned").first().waitFor();
    assert.equal((await attributes(url))["VisibilityTimeout"], "55");
    await finish(opened);
  });

  it("redrives dead letters and shows how far it is", async () => {
    const dead = await queue("work-dead");
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: `${ARN}:work-dead`, maxReceiveCount: 1 });
    const work = await queue("work", { RedrivePolicy });
    await fill(work, 3);
    await waitFor("dead letters", async () => {
      await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: work, VisibilityTimeout: 0, MaxNumberOfMessages: 10 }),
      );
      return (await attributes(dead))["ApproximateNumberOfMessages"] === "3" ? true : undefined;
    });
    const opened = await browser.open("#/queues/work?tab=dead-letters");
    const { page } = opened;
    await page.getByRole("link", { name: "work-dead" }).last().click();
    await page.getByText("This is the dead-letter queue of").first().waitFor();
    await page.getByRole("button", { name: "Start redrive" }).click();
    await page.getByText("Completed: 3 of 3 moved").first().waitFor();
    await screenshot(page, "queue-redrive");
    assert.equal((await attributes(work))["ApproximateNumberOfMessages"], "3");
    await page.getByLabel("Messages per second (optional)").fill("1");
    await waitFor("dead letters again", async () => {
      await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: work, VisibilityTimeout: 0, MaxNumberOfMessages: 10 }),
      );
      return (await attributes(dead))["ApproximateNumberOfMessages"] === "3" ? true : undefined;
    });
    await page.getByRole("button", { name: "Start redrive" }).click();
    await page.getByRole("button", { name: "Cancel redrive" }).click();
    await page
      .getByText(/^Cancelled: /)
      .first()
      .waitFor();
    await finish(opened);
  });

  it("names the functions that poll a queue", async () => {
    await queue("polled");
    const lambda = lambdaClient(server.url);
    await createFunction(
      lambda,
      "poller",
      pythonZip("def lambda_handler(event, context):\n    return None\n"),
    );
    await lambda.send(
      new CreateEventSourceMappingCommand({ FunctionName: "poller", EventSourceArn: `${ARN}:polled` }),
    );
    const opened = await browser.open("#/queues/polled?tab=triggers");
    await opened.page.getByRole("link", { name: "poller" }).waitFor();
    await opened.page.getByText("Enabled").first().waitFor();
    await finish(opened);
  });

  it("says that there is no such queue", async () => {
    const opened = await browser.open("#/queues/nobody");
    await opened.page.getByText("The specified queue does not exist").first().waitFor();
    opened.forgive(/400/);
    await finish(opened);
  });

  it("is accessible, light and dark", { timeout: 60_000 }, async () => {
    await assertPageHolds(browser, "#/queues", "queues", async (page) => {
      await page.getByRole("link", { name: "orders" }).waitFor();
    });
    await assertPageHolds(browser, "#/queues/work", "queue", async (page) => {
      await page.getByRole("button", { name: "Look at messages" }).waitFor();
    });
    await assertPageHolds(browser, "#/queues/work?tab=settings", "queue-settings", async (page) => {
      await page.getByLabel("Visibility timeout (seconds)").waitFor();
    });
  });
});
