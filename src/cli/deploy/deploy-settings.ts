/** What a function should be like: the folder's `lambkin.json`, and over it what was typed. What neither says stays as it is. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { CliError, usageError } from "../cli-error.ts";

export const SETTINGS_FILE = "lambkin.json";

export interface DeploySettings {
  readonly name: string;
  readonly runtime?: string;
  readonly handler?: string;
  readonly role?: string;
  readonly description?: string;
  /** MB. */
  readonly memory?: number;
  /** Seconds. */
  readonly timeout?: number;
  /** All variables there should be; undefined leaves them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** To be added to those there are. */
  readonly furtherEnvironment: Readonly<Record<string, string>>;
  readonly layers?: readonly string[];
  readonly url?: boolean;
}

/** As commander gives them. */
export interface DeployOptions {
  readonly name?: string;
  readonly runtime?: string;
  readonly handler?: string;
  readonly role?: string;
  readonly description?: string;
  readonly memory?: number;
  readonly timeout?: number;
  readonly env?: readonly string[];
  readonly layer?: readonly string[];
  readonly url?: boolean;
  readonly publish?: boolean;
  readonly watch?: boolean;
  readonly install?: boolean;
}

type Check = readonly [what: string, isRight: (value: unknown) => boolean];

const TEXT: Check = ["a text", (value) => typeof value === "string" && value !== ""];
const WHOLE: Check = ["a whole number", Number.isInteger];
const isTexts = (values: unknown[]): boolean => values.every((value) => typeof value === "string");

const CHECKS: Readonly<Record<string, Check>> = {
  name: TEXT,
  runtime: TEXT,
  handler: TEXT,
  role: TEXT,
  description: ["a text", (value) => typeof value === "string"],
  memory: WHOLE,
  timeout: WHOLE,
  environment: [
    "an object of texts",
    (value) =>
      typeof value === "object" && value !== null && !Array.isArray(value) && isTexts(Object.values(value)),
  ],
  layers: ["a list of layer version ARNs", (value) => Array.isArray(value) && isTexts(value)],
  url: ["true or false", (value) => typeof value === "boolean"],
};

/** Throws CliError, naming what is wrong in the file or the options. */
export function deploySettings(folder: string, options: DeployOptions): DeploySettings {
  const { env = [], layer, publish: _once, watch: _loop, install: _before, ...typed } = options;
  const settings = {
    name: nameOf(folder),
    ...fromFile(path.join(folder, SETTINGS_FILE)),
    ...typed,
    ...(layer !== undefined && { layers: layer }),
    furtherEnvironment: Object.fromEntries(env.map(variable)),
  };
  return settings;
}

function fromFile(file: string): Partial<DeploySettings> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return {};
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CliError(`${file} is not JSON: ${(error as Error).message}.`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new CliError(`${file} must hold an object.`);
  }
  for (const [key, member] of Object.entries(value)) {
    const check = Object.hasOwn(CHECKS, key) ? CHECKS[key] : undefined;
    if (check === undefined) {
      throw new CliError(
        `${file}: there is no setting "${key}"; there are ${Object.keys(CHECKS).join(", ")}.`,
      );
    }
    if (!check[1](member)) throw new CliError(`${file}: "${key}" must be ${check[0]}.`);
  }
  return value;
}

function variable(text: string): [string, string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw usageError(`--env takes NAME=value, not "${text}".`);
  return [name, value];
}

/** The folder's, with what names of functions may not hold replaced. */
function nameOf(folder: string): string {
  const name = path
    .basename(path.resolve(folder))
    .replaceAll(/[^\w-]+/g, "-")
    .slice(0, 64);
  return name || "function";
}
