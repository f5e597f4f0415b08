/** What can be set for a function: each change made in a real browser, then looked up with the SDK. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetProvisionedConcurrencyConfigCommand,
  type LambdaClient,
  PublishVersionCommand,
} from "@aws-sdk/client-lambda";
import type { Page } from "playwright-core";
import {
  assertAccessible,
  assertPageHolds,
  startBrowser,
  type TestBrowser,
  whyNoBrowser,
} from "../../testkit/browser.ts";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, pythonZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const skip = whyNoBrowser();
const CODE = pythonZip("def lambda_handler(event, context):\n    return event\n");

const address = (section: string) => `#/functions/tuned?tab=configuration&section=${section}`;

async function save(page: Page, verb = "Save"): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: verb, exact: true }).click();
  await dialog.waitFor({ state: "detached" });
}

describe("the configuration of a function", { skip }, () => {
  let server: TestServer;
  let browser: TestBrowser;
  let lambda: LambdaClient;

  before(async () => {
    server = await startTestServer();
    lambda = lambdaClient(server.url);
    await createFunction(lambda, "tuned", CODE, { Environment: { Variables: { STAGE: "dev" } } });
    await lambda.send(new PublishVersionCommand({ FunctionName: "tuned" }));
    browser = await startBrowser(server.url);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const configuration = () => lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "tuned" }));

  it("changes memory, timeout and description, and is refused in words", async () => {
    const opened = await browser.open(address("general"));
    const { page } = opened;
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await page.getByLabel("Description").fill("Tuned by hand");
    await page.getByLabel("Memory (MB)").fill("64");
    await page.getByText("A whole number, 128 to 10,240 MB.").first().waitFor();
    assert.ok(await page.getByRole("button", { name: "Save", exact: true }).isDisabled());
    await page.getByLabel("Memory (MB)").fill("512");
    await page.getByLabel("Timeout (seconds)").fill("42");
    await page.getByLabel("Handler").fill("no handler");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page
      .getByText(/failed to satisfy constraint/)
      .first()
      .waitFor();
    opened.forgive(/400/);
    await page.getByLabel("Handler").fill("lambda_function.lambda_handler");
    await save(page);
    await page.getByText("General configuration of tuned: changed").first().waitFor();
    const now = await configuration();
    assert.equal(now.MemorySize, 512);
    assert.equal(now.Timeout, 42);
    assert.equal(now.Description, "Tuned by hand");
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("hides values of environment variables until asked, and changes them one by one", async () => {
    const opened = await browser.open(address("variables"));
    const { page } = opened;
    const row = page.getByRole("row", { name: /STAGE/ });
    await row.getByText("Hidden").first().waitFor();
    await page.getByText("Show values").click();
    await row.getByText("dev").first().waitFor();
    await page.getByRole("button", { name: "Add variable" }).click();
    await page.getByLabel("Name").fill("1ST");
    await page
      .getByText(/A letter first/)
      .first()
      .waitFor();
    await page.getByLabel("Name").fill("TABLE");
    await page.getByLabel("Value", { exact: true }).fill("orders");
    await assertAccessible(page);
    await page.getByLabel("Name").press("Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("row", { name: /TABLE/ }).getByText("orders").first().waitFor();
    await page.getByRole("button", { name: "Edit STAGE" }).click();
    await page.getByLabel("Value", { exact: true }).fill("live");
    await save(page);
    await row.getByText("live").first().waitFor();
    assert.deepEqual((await configuration()).Environment?.Variables, { STAGE: "live", TABLE: "orders" });
    await page.getByRole("button", { name: "Remove STAGE" }).click();
    await save(page, "Remove");
    await row.waitFor({ state: "detached" });
    assert.deepEqual((await configuration()).Environment?.Variables, { TABLE: "orders" });
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("reserves concurrency, and keeps environments of a version ready until they are not wanted", async () => {
    const opened = await browser.open(address("concurrency"));
    const { page } = opened;
    await page.getByText("None: it shares the unreserved").first().waitFor();
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await page.getByLabel("Reserve concurrency").click();
    await page.getByLabel("Concurrent executions").fill("5");
    await save(page);
    await page.getByText("None: it shares the unreserved").first().waitFor({ state: "detached" });
    const reserved = await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: "tuned" }));
    assert.equal(reserved.ReservedConcurrentExecutions, 5);

    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("button", { name: /Version or alias/ }).click();
    await page.getByRole("option", { name: "1" }).click();
    await page.getByLabel("Environments").fill("2");
    await save(page);
    const row = page.getByRole("row", { name: /Ready/ });
    await row.waitFor();
    const provisioned = await lambda.send(
      new GetProvisionedConcurrencyConfigCommand({ FunctionName: "tuned", Qualifier: "1" }),
    );
    assert.equal(provisioned.AvailableProvisionedConcurrentExecutions, 2);
    await page.getByRole("button", { name: "Remove 1" }).click();
    await save(page, "Remove");
    await page.getByText("No provisioned concurrency").first().waitFor();
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await page.getByLabel("Use the account's unreserved concurrency").click();
    await save(page);
    await page.getByText("None: it shares the unreserved").first().waitFor();
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("shows a version's settings as they were published, with nothing to change", async () => {
    const opened = await browser.open("#/functions/tuned?version=1&tab=configuration&section=general");
    const { page } = opened;
    await page.getByText("As it was when the version was published.").first().waitFor();
    assert.equal(await page.getByRole("button", { name: "Edit", exact: true }).count(), 0);
    const topics = page.getByRole("navigation", { name: "Configuration" });
    assert.equal(await topics.getByRole("link", { name: "Concurrency" }).count(), 0);
    await topics.getByRole("link", { name: "Environment variables" }).click();
    await page.getByRole("row", { name: /STAGE/ }).waitFor();
    assert.match(page.url(), /version=1&tab=configuration&section=variables$/);
    assert.equal(await page.getByRole("button", { name: "Add variable" }).count(), 0);
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("fits a narrow window", async () => {
    const opened = await browser.open(address("general"));
    const { page } = opened;
    await page.getByText("Ephemeral storage").first().waitFor();
    for (const width of [1440, 900, 420]) {
      await page.setViewportSize({ width, height: 900 });
      // Not by the page's own waiting, which evaluates texts: its policy forbids that.
      await waitFor("the page to fit", async () => {
        const fits = await page.evaluate("document.documentElement.scrollWidth <= innerWidth");
        return fits === true ? true : undefined;
      });
      const topics = await page.getByRole("navigation", { name: "Configuration" }).boundingBox();
      const panel = await page.getByText("Ephemeral storage").boundingBox();
      assert.ok(topics !== null && panel !== null);
      const isBeside = panel.x >= topics.x + topics.width;
      assert.ok(isBeside || panel.y >= topics.y + topics.height, `at ${width} they lie over each other`);
    }
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  const SECTIONS: readonly (readonly [section: string, words: string])[] = [
    ["general", "Ephemeral storage"],
    ["variables", "Hidden"],
    ["concurrency", "No provisioned concurrency"],
  ];
  for (const [section, words] of SECTIONS) {
    it(`is accessible, light and dark: ${section}`, async () => {
      await assertPageHolds(browser, address(section), `configuration-${section}`, async (page) => {
        await page.getByText(words).first().waitFor();
      });
    });
  }
});
