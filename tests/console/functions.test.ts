/** The functions' pages in a real browser, against a real server with real functions. */
import { after, before, describe, it } from "node:test";
import { assertPageHolds, startBrowser, type TestBrowser, whyNoBrowser } from "../../testkit/browser.ts";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, NODE, nodeZip, pythonZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const skip = whyNoBrowser();

describe("the functions' pages", { skip }, () => {
  let server: TestServer;
  let browser: TestBrowser;

  before(async () => {
    server = await startTestServer();
    const lambda = lambdaClient(server.url);
    await createFunction(
      lambda,
      "greet",
      pythonZip("def lambda_handler(event, context):\n    return event\n"),
      {
        Description: "Says hello",
      },
    );
    await createFunction(lambda, "resize", nodeZip("exports.handler = async (event) => event;"), NODE);
    browser = await startBrowser(server.url);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("lists the functions there are", async () => {
    await assertPageHolds(browser, "#/functions", "functions", async (page) => {
      await page.getByRole("link", { name: "greet" }).waitFor();
    });
  });

  it("shows a function with its code", async () => {
    await assertPageHolds(browser, "#/functions/greet", "function-code", async (page) => {
      await page.getByText("def lambda_handler").first().waitFor();
    });
  });
});
