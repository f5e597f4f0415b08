/** Runs the steps of a scenario against a server and says what is not as expected. */
import * as sdk from "@aws-sdk/client-lambda";
import { CreateQueueCommand } from "@aws-sdk/client-sqs";
import { lambdaClient, sqsClient } from "../../testkit/clients.ts";
import { createFunction, pythonZip } from "../../testkit/functions.ts";
import { waitFor } from "../../testkit/wait.ts";
import { type Mismatch, mismatches } from "./match.ts";
import { type RawAnswer, recordAnswers, sendRaw } from "./raw-answers.ts";
import type { HttpStep, OperationStep, Scenario, Step } from "./scenario.ts";
import { comparable, filled, type Names } from "./values.ts";

const REGION = "us-east-1";
const HANDLER = pythonZip("def lambda_handler(event, context):\n    return event\n");
const FIRST_ACCOUNT = 200_000_000_000;
let accounts = 0;

interface Answer {
  readonly raw: RawAnswer;
  /** What the client handed over; undefined after a refusal. */
  readonly output?: unknown;
  readonly errorName?: string;
}

/** Throws an error that names the step, what differs and the evidence. */
export async function runScenario(scenario: Scenario, url: string): Promise<void> {
  const account = String(FIRST_ACCOUNT + accounts++);
  const names: Names = new Map<string, unknown>([
    ["account", account],
    ["otherAccount", String(FIRST_ACCOUNT + accounts++)],
    ["region", REGION],
    ["arn", `arn:aws:lambda:${REGION}:${account}`],
    ["functions", `arn:aws:lambda:${REGION}:${account}:function`],
    ["role", `arn:aws:iam::${account}:role/lambda-role`],
    ["uuid", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"],
    ["timestamp", "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\+0000"],
    ["architecture", process.arch === "arm64" ? "arm64" : "x86_64"],
  ]);
  const run: Run = { url, account, names };
  for (const QueueName of scenario.queues ?? []) {
    const Attributes = QueueName.endsWith(".fifo") ? { FifoQueue: "true" } : {};
    await sqsClient(url, { accessKeyId: account }).send(new CreateQueueCommand({ QueueName, Attributes }));
  }
  for (const given of scenario.given ?? []) {
    const { FunctionName, ...overrides } = filled(
      { Role: "{{role}}", ...(typeof given === "string" ? { FunctionName: given } : given) },
      names,
    ) as { FunctionName: string };
    await createFunction(lambdaClient(url, { accessKeyId: account }), FunctionName, HANDLER, overrides);
    await untilReady(run, FunctionName);
  }
  for (const [index, step] of scenario.steps.entries()) {
    if ("ready" in step) await untilReady(run, step.ready);
    else await runStep(run, step, index + 1);
  }
}

interface Run {
  readonly url: string;
  readonly account: string;
  readonly names: Names;
}

async function runStep(run: Run, step: OperationStep | HttpStep, number: number): Promise<void> {
  const once = async (): Promise<{ answer: Answer; wrong: Mismatch[] }> => {
    const answer = "http" in step ? await sendHttp(run, step) : await sendOperation(run, step);
    return { answer, wrong: wrongIn(run, step, answer) };
  };
  let last = await once();
  if (step.until === true && last.wrong.length > 0) {
    // The complaint after waiting in vain is the last answer's, not the wait's.
    await waitFor(step.operation, async () => {
      last = await once();
      return last.wrong.length === 0 ? true : undefined;
    }).catch(() => undefined);
  }
  if (last.wrong.length > 0) throw new Error(report(step, number, last.answer, last.wrong));
  for (const [name, path] of Object.entries(step.save ?? {})) {
    const value = valueAt(last.answer, path);
    if (value === undefined) throw new Error(`step ${number} (${step.operation}) answers no ${path} to save`);
    run.names.set(name, value);
  }
}

function wrongIn({ names }: Run, step: OperationStep | HttpStep, answer: Answer): Mismatch[] {
  const { raw } = answer;
  const isRefused = raw.status >= 400;
  // Preparations must succeed; so must what expects an answer.
  const wrong: Mismatch[] =
    isRefused && step.refusal === undefined && !("http" in step)
      ? [{ path: "$", expected: "an answer", actual: raw.body }]
      : [];
  if (step.status !== undefined) wrong.push(...mismatches(step.status, raw.status, "(status)"));
  if (step.expect !== undefined && !isRefused) {
    wrong.push(...mismatches(filled(step.expect, names), comparable(answer.output)));
  }
  if (step.refusal !== undefined && !isRefused) {
    wrong.push({ path: "$", expected: step.refusal, actual: "an answer" });
  } else if (step.refusal !== undefined) {
    const { code, ...members } = filled(step.refusal, names) as Record<string, unknown>;
    wrong.push(
      ...mismatches(code, answer.errorName ?? raw.headers["x-amzn-errortype"], "(error)"),
      ...mismatches(code, raw.headers["x-amzn-errortype"], "(header).x-amzn-errortype"),
      ...mismatches({ $exactly: members }, raw.body, "(body)"),
    );
  }
  const wire = filled(step.wire ?? {}, names) as { headers?: unknown; body?: unknown };
  if (wire.headers !== undefined) wrong.push(...mismatches(wire.headers, raw.headers, "(header)"));
  if (wire.body !== undefined) wrong.push(...mismatches(wire.body, raw.body, "(body)"));
  return wrong;
}

async function sendOperation(run: Run, step: OperationStep): Promise<Answer> {
  const caller = filled(step.as ?? {}, run.names) as { account?: string; region?: string };
  const client = lambdaClient(run.url, {
    accessKeyId: caller.account ?? run.account,
    region: caller.region ?? REGION,
  });
  let raw: RawAnswer | undefined;
  recordAnswers(client, (answer) => {
    raw = answer;
  });
  try {
    const { $metadata: _, ...output } = (await client.send(commandOf(step, run.names))) as {
      $metadata: unknown;
    };
    if (raw === undefined) throw new Error("no answer was recorded");
    return { raw, output };
  } catch (error) {
    // The SDK itself may refuse to send, which no scenario wants.
    if (raw === undefined) throw error;
    return { raw, errorName: (error as Error).name };
  } finally {
    client.destroy();
  }
}

type AnyCommand = Parameters<sdk.LambdaClient["send"]>[0];

function commandOf(step: OperationStep, names: Names): AnyCommand {
  const Command = (sdk as unknown as Record<string, (new (input: unknown) => AnyCommand) | undefined>)[
    `${step.operation}Command`
  ];
  if (Command === undefined) throw new Error(`the SDK has no operation ${step.operation}`);
  return new Command(filled(step.input ?? {}, names));
}

async function sendHttp({ url, account, names }: Run, step: HttpStep): Promise<Answer> {
  const asked = filled(step.http, names) as HttpStep["http"];
  const authorization =
    `AWS4-HMAC-SHA256 Credential=${account}/20260101/${REGION}/lambda/aws4_request, ` +
    "SignedHeaders=host, Signature=0";
  return {
    raw: await sendRaw(url, {
      ...asked,
      // A function URL is called by anybody, the API by somebody.
      headers: { ...(asked.host === undefined && { authorization }), ...asked.headers },
    }),
  };
}

async function untilReady({ url, account }: Run, FunctionName: string): Promise<void> {
  const client = lambdaClient(url, { accessKeyId: account });
  await waitFor(`${FunctionName} to be ready`, async () => {
    const found = await client.send(new sdk.GetFunctionConfigurationCommand({ FunctionName }));
    return found.State === "Active" && found.LastUpdateStatus === "Successful" ? true : undefined;
  });
  client.destroy();
}

/** `Location.0.Name`; paths from `(body)` or `(header)` look at the wire. A `(host)` at the end is a URL's host. */
function valueAt({ raw, output }: Answer, path: string): unknown {
  const places: Record<string, unknown> = { "(body)": raw.body, "(header)": raw.headers };
  const steps = path.split(".");
  let value = Object.hasOwn(places, steps[0] ?? "") ? places[steps.shift() ?? ""] : comparable(output);
  for (const step of steps) {
    value =
      step === "(host)"
        ? new URL(String(value)).host
        : (value as Record<string, unknown> | undefined)?.[step];
  }
  return value;
}

function report(
  step: Step & { operation: string },
  number: number,
  answer: Answer,
  wrong: Mismatch[],
): string {
  const { source, deviation } = step as OperationStep;
  return [
    `step ${number}: ${step.operation} (expected from: ${deviation ?? source ?? "it only prepares"})`,
    ...wrong.map(
      ({ path, expected, actual }) =>
        `  at ${path}\n    expected ${shown(expected)}\n    actual   ${shown(actual)}`,
    ),
    `  the whole answer: ${answer.raw.status} ${shown(answer.raw.body)}`,
  ].join("\n");
}

const SHOWN_CHARACTERS_MAX = 2000;

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, SHOWN_CHARACTERS_MAX);
}
