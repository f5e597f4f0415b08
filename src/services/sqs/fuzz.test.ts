/** Whatever comes in, of the right types as the gateway sees to, is answered or refused: nothing is a fault of ours. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { TestSqs } from "../../../testkit/sqs.ts";
import { ApiError } from "../../errors/mod.ts";

interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, string>>;
  readonly member?: string;
  readonly key?: string;
  readonly value?: string;
  readonly enum?: readonly string[];
}

interface Model {
  readonly operations: Readonly<Record<string, { readonly input?: string }>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

const FILE = path.join(import.meta.dirname, "../../gateway/constraints/sqs.json");
const model = JSON.parse(readFileSync(FILE, "utf8")) as Model;

const URLS = ["q", "q.fifo", "dead"].map((name) => `http://any/000000000000/${name}`);
const ARNS = ["q", "q.fifo", "dead"].map((name) => `arn:aws:sqs:us-east-1:000000000000:${name}`);

const text = fc.oneof(
  fc.constantFrom(
    ...URLS,
    ...ARNS,
    "q",
    "q.fifo",
    "new",
    "new.fifo",
    "",
    "0",
    "1",
    "30",
    "true",
    "-1",
    "1e3",
  ),
  fc.constantFrom(
    "null",
    "{}",
    "[]",
    '{"Statement":null}',
    '{"Statement":[1,null,{"Sid":"l"}]}',
    "l",
    "\u0000",
    "é",
  ),
  fc.constantFrom(
    ...ARNS.flatMap((arn) => [
      `{"deadLetterTargetArn":"${arn}","maxReceiveCount":1}`,
      `{"redrivePermission":"byQueue","sourceQueueArns":["${arn}"]}`,
    ]),
  ),
  fc.constantFrom(
    "String",
    "Number",
    "Binary",
    "All",
    "AWSTraceHeader",
    "111111111111",
    "SendMessage",
    "__proto__",
  ),
  fc.string(),
);

function arbitrary(name: string): fc.Arbitrary<unknown> {
  const shape = model.shapes[name];
  const list = (member: string) => fc.array(arbitrary(member), { maxLength: 4 });
  switch (shape?.type) {
    case "structure":
      return fc.record(
        Object.fromEntries(
          Object.entries(shape.members ?? {}).map(([member, target]) => [member, memberOf(member, target)]),
        ),
        { requiredKeys: [] },
      );
    case "list":
      return list(shape.member ?? "");
    case "map":
      return fc.dictionary(arbitrary(shape.key ?? "") as fc.Arbitrary<string>, arbitrary(shape.value ?? ""), {
        maxKeys: 4,
      });
    case "integer":
      return fc.oneof(fc.constantFrom(0, 1, 10, -1, 11, 2 ** 31), fc.integer(), fc.double());
    case "blob":
      return fc.uint8Array({ maxLength: 4 });
    default:
      return shape?.enum === undefined ? text : fc.oneof(fc.constantFrom(...shape.enum), text);
  }
}

/** Mostly a queue that is there, so that requests get further than its name. */
function memberOf(member: string, target: string): fc.Arbitrary<unknown> {
  if (member === "QueueUrl") return fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...URLS) }, text);
  // A test that waits would wait for a clock that nobody moves.
  if (member === "WaitTimeSeconds") return fc.constantFrom(0, -1, 21);
  return arbitrary(target);
}

const call = fc.oneof(
  ...Object.entries(model.operations).map(([name, { input = "" }]) =>
    fc.tuple(fc.constant(name), arbitrary(input) as fc.Arbitrary<object>),
  ),
);

test("no input makes an operation fail in a way that is not AWS's", async () => {
  const property = fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 30 }), async (calls) => {
    const sqs = await TestSqs.open();
    try {
      const dead = await sqs.queue("dead");
      await sqs.queue("q", { RedrivePolicy: `{"deadLetterTargetArn":"${ARNS[2]}","maxReceiveCount":1}` });
      await sqs.queue("q.fifo", { FifoQueue: "true", ContentBasedDeduplication: "true" });
      await sqs.send(dead, "x");
      for (const [name, input] of calls) {
        const raised = await sqs.call(name, withoutWait(name, input)).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (raised !== undefined)
          assert.ok(raised instanceof ApiError, `${name}: ${(raised as Error).stack}`);
      }
    } finally {
      await sqs.close();
    }
  });
  await fc.assert(property, { numRuns: 60 });
});

/** Also where the queue would have who receives wait. */
function withoutWait(name: string, input: object): object {
  return name === "ReceiveMessage" ? { WaitTimeSeconds: 0, ...input } : input;
}
