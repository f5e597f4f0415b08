/** The layers' pages: versions published from the page reach functions, and are deleted from it. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { GetLayerVersionCommand, type LambdaClient } from "@aws-sdk/client-lambda";
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
import { createFunction, invoke, pythonZip, zip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const skip = whyNoBrowser();
const LIBRARY = zip({ "python/words.py": 'GREETING = "from the layer"\n' });

describe("the layers' pages", { skip }, () => {
  let server: TestServer;
  let browser: TestBrowser;
  let lambda: LambdaClient;

  before(async () => {
    server = await startTestServer();
    lambda = lambdaClient(server.url);
    browser = await startBrowser(server.url);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("publishes a layer that a function can use", async () => {
    const { page, complaints, close } = await browser.open("#/layers");
    await page.getByText("No layers").first().waitFor();
    await page.getByRole("button", { name: "Publish layer" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill("words");
    await chooseArchive(page, LIBRARY);
    await dialog.getByLabel("Description (optional)").fill("Words to share");
    await dialog.getByLabel("Compatible runtimes (optional)").click();
    await page.getByRole("option", { name: "python3.11" }).click();
    await page.keyboard.press("Escape");
    await screenshot(page, "layers-publish");
    await assertAccessible(page);
    await dialog.getByRole("button", { name: "Publish" }).click();
    await page.getByText("Version 1 of layer words is published").first().waitFor();
    await page.getByRole("link", { name: "words" }).click();
    await page.getByRole("heading", { name: "words", level: 1 }).waitFor();
    const made = await lambda.send(new GetLayerVersionCommand({ LayerName: "words", VersionNumber: 1 }));
    assert.deepEqual(made.CompatibleRuntimes, ["python3.11"]);
    await page
      .getByText(made.LayerVersionArn ?? "?")
      .first()
      .waitFor();
    const code = "import words\ndef lambda_handler(event, context):\n    return words.GREETING\n";
    await createFunction(lambda, "user", pythonZip(code), { Layers: [made.LayerVersionArn ?? ""] });
    assert.equal((await invoke(lambda, "user")).payload, "from the layer");
    assert.deepEqual(complaints, []);
    await close();
  });

  it("publishes the next version, and gives the archive back", async () => {
    const { page, complaints, close } = await browser.open("#/layers/words");
    await page.getByRole("button", { name: "Publish version" }).click();
    await chooseArchive(page, LIBRARY);
    await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
    await page.getByText("Version 2 of layer words is published").first().waitFor();
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download version 2 of words" }).click();
    const saved = await readFile(await (await coming).path());
    assert.deepEqual(saved, Buffer.from(LIBRARY));
    assert.deepEqual(complaints, []);
    await close();
  });

  it("says why an archive is refused", async () => {
    const opened = await browser.open("#/layers/words");
    const { page } = opened;
    await page.getByRole("button", { name: "Publish version" }).click();
    await chooseArchive(page, new TextEncoder().encode("no archive"));
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Publish" }).click();
    await dialog.getByText("Invalid Parameter Value").first().waitFor();
    opened.forgive(/status of 400/);
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  });

  it("holds in light and dark", async () => {
    await assertPageHolds(browser, "#/layers", "layers", (page) =>
      page.getByRole("link", { name: "words" }).waitFor(),
    );
    await assertPageHolds(browser, "#/layers/words", "layer-versions", (page) =>
      page.getByRole("button", { name: "Delete version 2 of words" }).waitFor(),
    );
  });

  it("deletes a version", async () => {
    const { page, complaints, close } = await browser.open("#/layers/words");
    await page.getByRole("button", { name: "Delete version 1 of words" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("Deleted: version 1 of layer words").first().waitFor();
    await page.getByRole("button", { name: "Delete version 1 of words" }).waitFor({ state: "detached" });
    await assert.rejects(
      lambda.send(new GetLayerVersionCommand({ LayerName: "words", VersionNumber: 1 })),
      /does not exist/,
    );
    assert.deepEqual(complaints, []);
    await close();
  });
});

async function chooseArchive(page: Page, bytes: Uint8Array): Promise<void> {
  await page
    .getByRole("dialog")
    .locator("input[type=file]")
    .setInputFiles({ name: "layer.zip", mimeType: "application/zip", buffer: Buffer.from(bytes) });
}
