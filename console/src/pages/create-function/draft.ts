/** A function while it is written: its beginnings, and what is wrong with it yet. */
import type { Health } from "../../kit/product.ts";

export interface Draft {
  readonly start: "hello" | "zip";
  readonly name: string;
  readonly description: string;
  readonly runtime: string;
  readonly handler: string;
  /** As typed. */
  readonly memoryMb: string;
  readonly timeoutSeconds: string;
  /** The source of a function that starts from hello. */
  readonly source: string;
  readonly file: File | undefined;
}

export type Problems = { readonly [Field in keyof Draft]?: string };

const NAME = /^[\w-]{1,64}$/;
const MEMORY_MB = { min: 128, max: 10_240 };
const TIMEOUT_SECONDS = { min: 1, max: 900 };
const DESCRIPTION_CHARACTERS_MAX = 256;
const HANDLER = /^[^\s]{1,128}$/;

/** Languages whose hello is written in the page. */
const HELLO: readonly {
  readonly runtimes: RegExp;
  readonly ending: string;
  readonly handler: string;
  readonly source: string;
}[] = [
  {
    runtimes: /^nodejs/,
    ending: "mjs",
    handler: "index.handler",
    source: `export const handler = async (event) => {
  console.log("event:", JSON.stringify(event));
  return { statusCode: 200, body: JSON.stringify("Hello from Lambda!") };
};
`,
  },
  {
    runtimes: /^python/,
    ending: "py",
    handler: "lambda_function.lambda_handler",
    source: `import json


def lambda_handler(event, context):
    print("event:", json.dumps(event))
    return {"statusCode": 200, "body": json.dumps("Hello from Lambda!")}
`,
  },
];

const USUAL_HANDLERS: readonly (readonly [runtimes: RegExp, handler: string])[] = [
  [/^java/, "example.Handler::handleRequest"],
  [/^ruby/, "lambda_function.lambda_handler"],
  [/^provided/, "bootstrap"],
];

export const EMPTY: Draft = {
  start: "hello",
  name: "",
  description: "",
  runtime: "",
  handler: "",
  memoryMb: "128",
  timeoutSeconds: "3",
  source: "",
  file: undefined,
};

export function hasHello(runtime: string): boolean {
  return HELLO.some(({ runtimes }) => runtimes.test(runtime));
}

/** The usual handler of a runtime, and hello in its language. */
export function beginningOf(runtime: string): Pick<Draft, "handler" | "source"> {
  const hello = HELLO.find(({ runtimes }) => runtimes.test(runtime));
  if (hello !== undefined) return { handler: hello.handler, source: hello.source };
  return { handler: USUAL_HANDLERS.find(([runtimes]) => runtimes.test(runtime))?.[1] ?? "", source: "" };
}

/** The file that the handler names: `app.run` → `app.py`. */
export function fileNameOf({ runtime, handler }: Pick<Draft, "runtime" | "handler">): string {
  const ending = HELLO.find(({ runtimes }) => runtimes.test(runtime))?.ending ?? "txt";
  const dot = handler.lastIndexOf(".");
  return `${dot > 0 ? handler.slice(0, dot) : handler}.${ending}`;
}

/** The runtime to begin with: one that is here in the very version asked for. */
export function firstRuntime(runtimes: Health["runtimes"]): string {
  const all = Object.entries(runtimes).filter(([id]) => hasHello(id));
  const exact = all.find(([, { available, warning }]) => available && warning === undefined);
  return (exact ?? all.find(([, { available }]) => available) ?? all[0])?.[0] ?? "";
}

/** Empty when the function can be created. */
export function problemsOf(draft: Draft): Problems {
  return {
    ...(!NAME.test(draft.name) && { name: "A name has 1 to 64 letters, digits, hyphens or underscores." }),
    ...(draft.description.length > DESCRIPTION_CHARACTERS_MAX && {
      description: `At most ${DESCRIPTION_CHARACTERS_MAX} characters.`,
    }),
    ...(draft.runtime === "" && { runtime: "Choose a runtime." }),
    ...(!HANDLER.test(draft.handler) && { handler: "A handler has 1 to 128 characters and no spaces." }),
    ...(!isWithin(draft.memoryMb, MEMORY_MB) && {
      memoryMb: `A whole number from ${MEMORY_MB.min} to ${MEMORY_MB.max}.`,
    }),
    ...(!isWithin(draft.timeoutSeconds, TIMEOUT_SECONDS) && {
      timeoutSeconds: `A whole number from ${TIMEOUT_SECONDS.min} to ${TIMEOUT_SECONDS.max}.`,
    }),
    ...(draft.start === "hello" && draft.source.trim() === "" && { source: "There is no code." }),
    ...(draft.start === "zip" && draft.file === undefined && { file: "Choose an archive." }),
  };
}

function isWithin(typed: string, { min, max }: { readonly min: number; readonly max: number }): boolean {
  const value = Number(typed);
  return typed.trim() !== "" && Number.isInteger(value) && value >= min && value <= max;
}
