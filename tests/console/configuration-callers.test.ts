/** Who may call a function and what becomes of the calls; and what it carries with it: each set in a real browser. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  CreateAliasCommand,
  CreateFunctionUrlConfigCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  GetPolicyCommand,
  type LambdaClient,
  ListFunctionUrlConfigsCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  PutFunctionEventInvokeConfigCommand,
  TagResourceCommand,
} from "@aws-sdk/client-lambda";
import { CreateQueueCommand } from "@aws-sdk/client-sqs";
import type { Page } from "playwright-core";
import {
  assertPageHolds,
  screenshot,
  startBrowser,
  type TestBrowser,
  whyNoBrowser,
} from "../../testkit/browser.ts";
import { lambdaClient, sqsClient } from "../../testkit/clients.ts";
import { createFunction, pythonZip, zip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const skip = whyNoBrowser();
const CODE = pythonZip("def lambda_handler(event, context):\n    return event\n");
const QUEUE = "arn:aws:sqs:us-east-1:000000000000:failed";
const FunctionName = "called";

const address = (section: string) => `#/functions/called?tab=configuration&section=${section}`;

async function finish(page: Page, verb = "Save"): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: verb, exact: true }).click();
  await dialog.waitFor({ state: "detached" });
}

async function choose(page: Page, field: RegExp, option: string): Promise<void> {
  await page.getByRole("dialog").getByRole("button", { name: field }).click();
  await page.getByRole("option", { name: option }).click();
}

describe("the configuration of a function: its callers", { skip }, () => {
  let server: TestServer;
  let browser: TestBrowser;
  let lambda: LambdaClient;

  before(async () => {
    server = await startTestServer();
    lambda = lambdaClient(server.url);
    await createFunction(lambda, FunctionName, CODE);
    await lambda.send(new PublishVersionCommand({ FunctionName }));
    await lambda.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1" }));
    for (const LayerName of ["fonts", "words"]) {
      const Content = { ZipFile: zip({ [`${LayerName}.txt`]: LayerName }) };
      await lambda.send(new PublishLayerVersionCommand({ LayerName, Content }));
    }
    await sqsClient(server.url).send(new CreateQueueCommand({ QueueName: "failed" }));
    browser = await startBrowser(server.url);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function firstUrl() {
    return (await lambda.send(new ListFunctionUrlConfigsCommand({ FunctionName }))).FunctionUrlConfigs?.[0];
  }

  it("gives an alias a URL that answers, changes it, and takes it back", async () => {
    const opened = await browser.open(address("url"));
    const { page } = opened;
    await page.getByRole("button", { name: "Create function URL" }).click();
    await choose(page, /Calls/, "live");
    await page.getByRole("radio", { name: "NONE" }).click();
    await page.getByText("Configure cross-origin").click();
    await page.getByLabel("Allowed origins").fill("https://one.example, https://two.example");
    await screenshot(page, "configuration-url-dialog");
    await finish(page, "Create");
    const row = page.getByRole("row", { name: /live/ });
    await row.getByText("None: anybody may call").first().waitFor();
    const made = await firstUrl();
    assert.deepEqual(made?.Cors?.AllowOrigins, ["https://one.example", "https://two.example"]);
    assert.equal(await row.getByRole("link").getAttribute("href"), made.FunctionUrl);
    const called = await page.request.get(server.url, {
      headers: { Host: new URL(made.FunctionUrl ?? "").host, Accept: "application/json" },
    });
    assert.equal(((await called.json()) as { version: string }).version, "2.0");
    await page.getByRole("button", { name: "Edit the URL of live" }).click();
    await page.getByRole("radio", { name: "Response stream" }).click();
    await page.getByText("Configure cross-origin").click();
    await finish(page);
    await row.getByText("Not set").first().waitFor();
    assert.equal((await firstUrl())?.InvokeMode, "RESPONSE_STREAM");
    await page.getByRole("button", { name: "Delete the URL of live" }).click();
    await finish(page, "Delete");
    await page.getByText("No function URL").first().waitFor();
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("sets retries, age, a destination and the dead-letter queue", async () => {
    const opened = await browser.open(address("asynchronous"));
    const { page } = opened;
    await page.getByRole("button", { name: "Add settings" }).click();
    await page.getByLabel("Retries").fill("1");
    await page.getByLabel("Maximum age of an event (seconds)").fill("120");
    await page.getByLabel("Destination on failure").click();
    await page.getByRole("option", { name: QUEUE }).click();
    await finish(page);
    const row = page.getByRole("row", { name: /\$LATEST/ });
    await row.getByText(QUEUE).first().waitFor();
    const set = await lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName }));
    assert.equal(set.MaximumRetryAttempts, 1);
    assert.equal(set.MaximumEventAgeInSeconds, 120);
    assert.equal(set.DestinationConfig?.OnFailure?.Destination, QUEUE);
    await page.getByRole("button", { name: "Remove the settings of $LATEST" }).click();
    await finish(page, "Remove");
    await page.getByText("Nothing is set").first().waitFor();
    await page.getByRole("button", { name: "Edit the dead-letter queue" }).click();
    await page.getByLabel("Queue or topic").fill(QUEUE);
    await page.keyboard.press("Escape");
    await finish(page);
    await page.getByText("The dead-letter queue of called: changed").first().waitFor();
    const now = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    assert.equal(now.DeadLetterConfig?.TargetArn, QUEUE);
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("adds statements to the resource policy, and removes one", async () => {
    const opened = await browser.open(address("permissions"));
    const { page } = opened;
    await page.getByText("No statements").first().waitFor();
    for (const [sid, principal] of [
      ["from-events", "events.amazonaws.com"],
      ["from-friends", "111122223333"],
    ] as const) {
      await page.getByRole("button", { name: "Add permission" }).click();
      await page.getByLabel("Statement ID").fill(sid);
      await page.getByLabel("Principal").fill(principal);
      await finish(page, "Add");
      await page.getByRole("row", { name: new RegExp(sid) }).waitFor();
    }
    await page.getByText("Service: events.amazonaws.com").first().waitFor();
    await page.getByRole("button", { name: "Remove from-friends" }).click();
    await finish(page, "Remove");
    await page.getByRole("row", { name: /from-friends/ }).waitFor({ state: "detached" });
    const { Policy = "" } = await lambda.send(new GetPolicyCommand({ FunctionName }));
    assert.match(Policy, /from-events/);
    assert.doesNotMatch(Policy, /from-friends/);
    // There was no policy at first; the browser notes that answer.
    opened.forgive(/404/);
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("tags the function", async () => {
    const opened = await browser.open(address("tags"));
    const { page } = opened;
    await page.getByRole("button", { name: "Add tag" }).click();
    await page.getByLabel("Key").fill("team");
    await page.getByLabel("Value", { exact: true }).fill("blue");
    await finish(page);
    await page.getByRole("row", { name: /team/ }).getByText("blue").first().waitFor();
    assert.deepEqual((await lambda.send(new GetFunctionCommand({ FunctionName }))).Tags, { team: "blue" });
    await page.getByRole("button", { name: "Remove team" }).click();
    await finish(page, "Remove");
    await page.getByText("No tags").first().waitFor();
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("adds layers, changes their order, and removes one", async () => {
    const opened = await browser.open(address("layers"));
    const { page } = opened;
    for (const layer of ["fonts", "words"]) {
      await page.getByRole("button", { name: "Add layer" }).click();
      await page.getByLabel("Version of a layer").click();
      await page.getByRole("option", { name: new RegExp(`:layer:${layer}:1`) }).click();
      await finish(page, "Add");
      await page.getByRole("row", { name: new RegExp(`${layer}, version 1`) }).waitFor();
    }
    const names = async () => {
      const { Layers = [] } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
      return Layers.map(({ Arn }) => Arn?.split(":")[6]);
    };
    assert.deepEqual(await names(), ["fonts", "words"]);
    await page.getByRole("button", { name: "Move words, version 1 up" }).click();
    await page.getByRole("row", { name: /^1 words/ }).waitFor();
    assert.deepEqual(await names(), ["words", "fonts"]);
    await page.getByRole("button", { name: "Remove fonts, version 1" }).click();
    await finish(page, "Remove");
    await page.getByRole("row", { name: /fonts/ }).waitFor({ state: "detached" });
    assert.deepEqual(await names(), ["words"]);
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("changes logging and tracing", async () => {
    const opened = await browser.open(address("monitoring"));
    const { page } = opened;
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await choose(page, /Log format/, "JSON");
    await choose(page, /Level of the function's own lines/, "WARN");
    await page.getByLabel("Log group").fill("/aws/lambda/shared");
    await choose(page, /Tracing/, "Active");
    await finish(page);
    await page.getByText("WARN", { exact: true }).first().waitFor();
    const now = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    assert.deepEqual(now.LoggingConfig, {
      LogFormat: "JSON",
      ApplicationLogLevel: "WARN",
      SystemLogLevel: "INFO",
      LogGroup: "/aws/lambda/shared",
    });
    assert.equal(now.TracingConfig?.Mode, "Active");
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  describe("looked at", () => {
    before(async () => {
      await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "AWS_IAM" }));
      await lambda.send(
        new PutFunctionEventInvokeConfigCommand({
          FunctionName,
          DestinationConfig: { OnFailure: { Destination: QUEUE } },
        }),
      );
      const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName }));
      const Resource = Configuration?.FunctionArn;
      await lambda.send(new TagResourceCommand({ Resource, Tags: { team: "blue" } }));
    });

    const SECTIONS: readonly (readonly [section: string, words: string])[] = [
      ["url", "AWS_IAM"],
      ["asynchronous", QUEUE],
      ["permissions", "from-events"],
      ["tags", "team"],
      ["layers", "words, version 1"],
      ["monitoring", "Log format"],
    ];
    for (const [section, words] of SECTIONS) {
      it(`is accessible, light and dark: ${section}`, async () => {
        await assertPageHolds(browser, address(section), `configuration-${section}`, async (page) => {
          await page.getByText(words).first().waitFor();
        });
      });
    }
  });
});
