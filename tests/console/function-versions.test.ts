/** The Versions and Aliases tabs: what is published, led elsewhere and deleted from the page is so at the API, too. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  GetAliasCommand,
  type LambdaClient,
  ListVersionsByFunctionCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import type { Page } from "playwright-core";
import { assertPageHolds, startBrowser, type TestBrowser, whyNoBrowser } from "../../testkit/browser.ts";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, pythonZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const skip = whyNoBrowser();
const CODE = "def lambda_handler(event, context):\n    return event\n";

describe("the Versions and Aliases tabs", { skip }, () => {
  let server: TestServer;
  let browser: TestBrowser;
  let lambda: LambdaClient;

  before(async () => {
    server = await startTestServer();
    lambda = lambdaClient(server.url);
    await createFunction(lambda, "greet", pythonZip(CODE));
    browser = await startBrowser(server.url);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("publishes versions until nothing has changed, and leads to each", async () => {
    const { page, complaints, close } = await browser.open("#/functions/greet?tab=versions");
    await page.getByText("No versions").first().waitFor();
    await publish(page, "The first");
    await page.getByText("Version 1 of greet is published").first().waitFor();
    await publish(page, "The same again");
    await page.getByText("Nothing has changed since version 1").first().waitFor();
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "greet", MemorySize: 256 }));
    await publish(page, "The second");
    await page.getByText("Version 2 of greet is published").first().waitFor();
    await page.getByRole("link", { name: "Version 1" }).click();
    await page.getByRole("heading", { name: "Version 1", level: 1 }).waitFor();
    assert.deepEqual(complaints, []);
    await close();
  });

  it("makes an alias, splits its calls, takes the split back", async () => {
    const { page, complaints, close } = await browser.open("#/functions/greet?tab=aliases");
    await page.getByText("No aliases").first().waitFor();
    await page.getByRole("button", { name: "Create alias" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill("7");
    await dialog.getByText("A name has letters").first().waitFor();
    await dialog.getByLabel("Name", { exact: true }).fill("live");
    await dialog.getByLabel("Split the calls").check();
    await dialog.getByLabel("Calls to the second version, in percent").fill("25");
    await dialog.getByRole("button", { name: "Create" }).click();
    await page.getByText("2, and 1 for 25 % of the calls").first().waitFor();
    const split = await lambda.send(new GetAliasCommand({ FunctionName: "greet", Name: "live" }));
    assert.deepEqual(split.RoutingConfig?.AdditionalVersionWeights, { "1": 0.25 });

    await page.getByRole("button", { name: "Change alias live" }).click();
    await dialog.getByLabel("Split the calls").uncheck();
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("2, and 1 for 25 % of the calls").first().waitFor({ state: "detached" });
    const whole = await lambda.send(new GetAliasCommand({ FunctionName: "greet", Name: "live" }));
    assert.equal(whole.FunctionVersion, "2");
    assert.equal(whole.RoutingConfig, undefined);
    assert.deepEqual(complaints, []);
    await close();
  });

  it("says why a version cannot be deleted, and deletes another", async () => {
    const opened = await browser.open("#/functions/greet?tab=versions");
    const { page } = opened;
    const dialog = page.getByRole("dialog");
    await page.getByRole("button", { name: "Delete version 2" }).click();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await dialog.getByText("Resource Conflict").first().waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Delete version 1" }).click();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.getByText("Deleted: version 1 of greet").first().waitFor();
    const left = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName: "greet" }));
    assert.deepEqual(
      left.Versions?.map(({ Version }) => Version),
      ["$LATEST", "2"],
    );
    opened.forgive(/status of 409/);
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("holds in light and dark", async () => {
    await assertPageHolds(browser, "#/functions/greet?tab=versions", "function-versions", (page) =>
      page.getByRole("link", { name: "Version 2" }).waitFor(),
    );
    await assertPageHolds(browser, "#/functions/greet?tab=aliases", "function-aliases", async (page) => {
      await page.getByRole("button", { name: "Change alias live" }).click();
      await page.getByRole("dialog").getByLabel("Split the calls").waitFor();
    });
  });

  it("deletes an alias", async () => {
    const { page, complaints, close } = await browser.open("#/functions/greet?tab=aliases");
    await page.getByRole("button", { name: "Delete alias live" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("No aliases").first().waitFor();
    assert.deepEqual(complaints, []);
    await close();
  });
});

async function publish(page: Page, description: string): Promise<void> {
  await page.getByRole("button", { name: "Publish version" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Description (optional)").fill(description);
  await dialog.getByRole("button", { name: "Publish" }).click();
  await dialog.waitFor({ state: "detached" });
}
