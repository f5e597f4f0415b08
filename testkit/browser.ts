/**
 * A real browser for tests: Debian's Chromium with an empty profile, that reaches nothing but the test's own server. A page fails its
 * test when it complains (console errors, the content policy, uncaught errors) or asks another origin for anything.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { PROJECT } from "./server.ts";

const CHROMIUM = "/usr/bin/chromium";
const SCREENSHOTS = path.join(PROJECT, ".cache/screenshots");
/** A page that shows nothing for so long never will. */
const PAGE_TIMEOUT_MS = 60_000;
const NETWORK_CHANGED = /ERR_NETWORK_CHANGED/;
/** What a page only reads, and at once: its own files, and what Lambda is asked. */
const READ_AT_ONCE = /\/_lambkin\/console\/|\/20\d\d-\d\d-\d\d\//;
const SERIOUS = new Set(["serious", "critical"]);

const ARGUMENTS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/** Why no page can be opened here; undefined where it can. */
export function whyNoBrowser(): string | undefined {
  if (!existsSync(CHROMIUM)) return "Chromium is missing (Debian: apt-get install chromium)";
  if (!existsSync(path.join(PROJECT, ".cache/console/index.html"))) {
    return "the console is not built (node scripts/setup.mjs)";
  }
  return undefined;
}

export type Mode = "light" | "dark";

export interface OpenPage {
  readonly page: Page;
  /** What the page complained of so far, and what it asked strangers for. */
  readonly complaints: readonly string[];
  /** Takes back complaints that the test provoked, such as the browser's note of a refused request. */
  forgive(pattern: RegExp): void;
  close(): Promise<void>;
}

export interface TestBrowser {
  readonly url: string;
  /** `address` starts with `#/`. The page has settled when its `h1` is there. */
  open(address: string, mode?: Mode): Promise<OpenPage>;
  close(): Promise<void>;
}

export async function startBrowser(url: string): Promise<TestBrowser> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
  return {
    url,
    open: (address, mode = "light") => openPage(browser, url, address, mode),
    close: () => browser.close(),
  };
}

async function openPage(browser: Browser, url: string, address: string, mode: Mode): Promise<OpenPage> {
  const context = await browser.newContext({
    colorScheme: mode,
    viewport: { width: 1440, height: 900 },
    // An axe rule would judge colours half way through a fade.
    reducedMotion: "reduce",
    acceptDownloads: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PAGE_TIMEOUT_MS);
  let complaints: string[] = [];
  let wasCutOff = false;
  watch(context, page, url, (complaint) => {
    // Chromium drops connections in the making when an address comes or goes on this machine, whosever it is.
    if (NETWORK_CHANGED.test(complaint)) wasCutOff = true;
    else complaints.push(complaint);
  });
  await readSteadily(context);
  await page.goto(`${url}/${address}`);
  const heading = page.locator("h1").first();
  for (;;) {
    const isThere = await heading.waitFor().then(
      () => true,
      () => false,
    );
    // A page that was cut off may stand there without its styles.
    if (isThere && !wasCutOff) break;
    if (!wasCutOff) {
      await screenshot(page, "failed");
      throw new Error(`${address} did not settle: ${complaints.join("; ")}`);
    }
    wasCutOff = false;
    // A page that lacked some of its files complains of what follows from that.
    complaints = [];
    await page.reload();
  }
  return {
    page,
    get complaints() {
      return complaints;
    },
    forgive(pattern) {
      complaints = complaints.filter((complaint) => !pattern.test(complaint));
    },
    close: () => context.close(),
  };
}

/** Reads on the browser's behalf: what Chromium drops when an address of this machine comes or goes is lost in the middle of a test. */
async function readSteadily(context: BrowserContext): Promise<void> {
  await context.route(READ_AT_ONCE, async (route) => {
    if (route.request().method() !== "GET") return route.fallback();
    try {
      await route.fulfill({ response: await route.fetch() });
    } catch {
      // The page went away, or the server did: then the browser is to find out itself.
      await route.fallback().catch(() => undefined);
    }
  });
}

function watch(context: BrowserContext, page: Page, url: string, complain: (text: string) => void): void {
  page.on("console", (message) => {
    if (message.type() === "error") complain(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => complain(`uncaught: ${error.message}`));
  context.on("request", (request) => {
    const target = new URL(request.url());
    if (target.protocol !== "data:" && target.protocol !== "blob:" && target.origin !== url) {
      complain(`asked ${request.url()}`);
    }
  });
}

/** Into .cache/screenshots, which git ignores. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`) });
}

/** Fails with axe's serious and critical findings, each with the place it was found at. */
export async function assertAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => SERIOUS.has(impact ?? ""));
  const words = serious.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help} at ${node.target.join(" ")} ${node.html.slice(0, 200)}`),
  );
  assert.deepEqual(words, []);
}

/** What every page must hold in both modes: no complaints, nothing serious for axe; and a picture to look at. */
export async function assertPageHolds(
  browser: TestBrowser,
  address: string,
  name: string,
  settled: (page: Page) => Promise<unknown>,
): Promise<void> {
  for (const mode of ["light", "dark"] as const) {
    const opened = await browser.open(address, mode);
    await settled(opened.page);
    await screenshot(opened.page, `${name}-${mode}`);
    await assertAccessible(opened.page);
    assert.deepEqual(opened.complaints, []);
    await opened.close();
  }
}
