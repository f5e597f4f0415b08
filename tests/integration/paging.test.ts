/** A list is walked page by page while functions come and go between the pages and during them. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DeleteFunctionCommand, type LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, pythonZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const CODE = pythonZip("def lambda_handler(event, context):\n    return 1\n");
const STAYING = 30;
const PAGE_ITEMS = 4;

const nameOf = (index: number, kind: string): string => `${String(index).padStart(3, "0")}-${kind}`;

describe("walking a list that changes", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    for (let index = 0; index < STAYING; index++) {
      await createFunction(client, nameOf(index, "b-stays"), CODE);
      await createFunction(client, nameOf(index, "c-goes"), CODE);
    }
  });
  after(() => server.stop());

  const remove = (FunctionName: string) => client.send(new DeleteFunctionCommand({ FunctionName }));

  /** `meanwhile` gets the names of each page before the next is asked for. */
  async function walk(meanwhile: (page: readonly string[]) => Promise<void>): Promise<string[]> {
    const seen: string[] = [];
    let Marker: string | undefined;
    do {
      const answer = await client.send(new ListFunctionsCommand({ MaxItems: PAGE_ITEMS, Marker }));
      const page = (answer.Functions ?? []).map(({ FunctionName = "" }) => FunctionName);
      assert.ok(page.length <= PAGE_ITEMS);
      seen.push(...page);
      Marker = answer.NextMarker;
      await meanwhile(page);
    } while (Marker !== undefined);
    return seen;
  }

  function expectRight(seen: readonly string[]): void {
    assert.equal(new Set(seen).size, seen.length, "nothing comes twice");
    assert.deepEqual(seen, seen.toSorted(), "names ascend");
    const staying = Array.from({ length: STAYING }, (_, index) => nameOf(index, "b-stays"));
    assert.deepEqual(
      seen.filter((name) => name.endsWith("b-stays")),
      staying,
      "whoever stays comes once",
    );
  }

  it("skips and doubles nothing when pages lose their last function and neighbours come", async () => {
    let page = 0;
    const gone = new Set<string>();
    const seen = await walk(async (names) => {
      const last = names.at(-1) ?? "";
      const index = Number(last.slice(0, 3));
      // The function that the marker stands on goes; one comes before it, one right after, one far ahead goes.
      if (last.endsWith("c-goes")) await remove(last);
      await createFunction(client, nameOf(index, `a-new-${page}`), CODE);
      await createFunction(client, nameOf(index, `d-new-${page++}`), CODE);
      const ahead = nameOf(STAYING - page, "c-goes");
      if (STAYING - page > index + PAGE_ITEMS) {
        await remove(ahead);
        gone.add(ahead);
      }
    });
    expectRight(seen);
    for (const name of gone) assert.ok(!seen.includes(name), `${name} went before its page came`);
    assert.ok(
      seen.some((name) => name.includes("d-new-")),
      "what came ahead of the walk is shown",
    );
  });

  it("holds while others create and delete at the same time", async () => {
    let isWalking = true;
    const churn = async (worker: number): Promise<void> => {
      for (let turn = 0; isWalking; turn++) {
        const name = nameOf((turn * 7 + worker * 3) % STAYING, `churn-${worker}`);
        await createFunction(client, name, CODE);
        await remove(name);
      }
    };
    const churning = Promise.all([0, 1, 2].map(churn));
    try {
      for (let round = 0; round < 5; round++) expectRight(await walk(async () => {}));
    } finally {
      isWalking = false;
      await churning;
    }
  });
});
