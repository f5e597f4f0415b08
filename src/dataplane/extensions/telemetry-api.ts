/**
 * The Telemetry API (2022-07-01) and the Logs API (2020-08-15): how an extension subscribes.
 * Source: "Lambda Telemetry API reference" and "Lambda Logs API" pages; routes and refusals: AWS's runtime interface
 * emulator.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import { GUEST_NAMES } from "../network/hosts-file.ts";
import type { ApiHandler } from "../runtime-api/api-listener.ts";
import { answerJson, readBody, refuse } from "../runtime-api/http-answer.ts";
import type { ExtensionHost } from "./extension-host.ts";
import { callerOf } from "./extensions-api.ts";
import type { Subscription, TelemetryApiName, TelemetryHub, TelemetryType } from "./telemetry-hub.ts";
import type { Destination } from "./telemetry-subscriber.ts";

const ROUTE = /^\/(2022-07-01\/telemetry|2020-08-15\/logs)\/?$/;

const SCHEMA_VERSIONS: Readonly<Record<TelemetryApiName, readonly string[]>> = {
  telemetry: ["2022-07-01", "2022-12-13", "2025-01-29"],
  logs: ["2020-08-15", "2021-03-18"],
};

const TYPES: readonly string[] = ["platform", "function", "extension"];

export interface TelemetryApiOptions {
  readonly host: ExtensionHost;
  readonly hub: TelemetryHub;
  readonly onSubscribed: (name: string, api: TelemetryApiName, types: readonly TelemetryType[]) => void;
}

export function telemetryApi(options: TelemetryApiOptions): ApiHandler {
  return (request, response, path) => {
    const route = ROUTE.exec(path)?.[1];
    if (route === undefined || request.method !== "PUT") return false;
    void subscribe(options, route.endsWith("logs") ? "logs" : "telemetry", request, response);
    return true;
  };
}

async function subscribe(
  { host, hub, onSubscribed }: TelemetryApiOptions,
  api: TelemetryApiName,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const extension = callerOf(host, request, response);
  if (extension === undefined) {
    request.resume();
    return;
  }
  const body = await readBody(request, ENVIRONMENT_LIMITS.extensionRequestBytesMax);
  const title = api === "logs" ? "Logs" : "Telemetry";
  if (!hub.isOpen) {
    const text = `${title} API subscription is closed already`;
    refuse(response, 403, `${title}.SubscriptionClosed`, text);
    return;
  }
  if (!hub.isSupported) {
    // In the emulator's words, which extensions know from running on developers' machines.
    refuse(response, 202, `${title}.NotSupported`, `${title} API is not supported`);
    return;
  }
  const problems: string[] = [];
  const subscription = Buffer.isBuffer(body) ? readSubscription(api, body, problems) : undefined;
  if (!Buffer.isBuffer(body)) problems.push("the body is too large or was cut short");
  if (subscription === undefined) {
    refuse(response, 400, "ValidationError", problems.join("; "));
    return;
  }
  if (!hub.subscribe(extension.id, subscription)) {
    refuse(response, 400, "ValidationError", "An extension can use either the Telemetry API or the Logs API");
    return;
  }
  onSubscribed(extension.name, api, subscription.types);
  answerJson(response, 200, "OK");
}

/** Undefined with at least one problem told. */
function readSubscription(api: TelemetryApiName, body: Buffer, problems: string[]): Subscription | undefined {
  let document: Record<string, unknown>;
  try {
    document = asObject(JSON.parse(body.toString("utf8")));
  } catch (error) {
    problems.push((error as Error).message);
    return undefined;
  }
  const { schemaVersion, types, buffering, destination } = document;
  // The first of the Logs API's versions may be left out.
  const isKnownVersion = SCHEMA_VERSIONS[api].includes(String(schemaVersion));
  if (!isKnownVersion && !(api === "logs" && schemaVersion === undefined)) {
    problems.push(`schemaVersion should be one of ${SCHEMA_VERSIONS[api].join(", ")}`);
  }
  if (!Array.isArray(types) || types.length === 0) problems.push("types should not be empty");
  else if (types.some((type) => !TYPES.includes(String(type)))) {
    problems.push(`types should be of ${TYPES.join(", ")}`);
  }
  const place = readDestination(asObject(destination), problems);
  const bounds = readBuffering(asObject(buffering), problems);
  if (problems.length > 0 || place === undefined) return undefined;
  return { api, types: types as TelemetryType[], destination: place, buffering: bounds };
}

function readBuffering(given: Record<string, unknown>, problems: string[]): Subscription["buffering"] {
  const { items, bytes, timeoutMs } = ENVIRONMENT_LIMITS.telemetryBuffering;
  const within = (name: string, bounds: { min: number; max: number; default: number }): number => {
    const value = given[name] ?? bounds.default;
    const isRight =
      typeof value === "number" && Number.isInteger(value) && value >= bounds.min && value <= bounds.max;
    if (!isRight) problems.push(`${name} should be a number from ${bounds.min} to ${bounds.max}`);
    return Number(value);
  };
  return {
    maxItems: within("maxItems", items),
    maxBytes: within("maxBytes", bytes),
    timeoutMs: within("timeoutMs", timeoutMs),
  };
}

/** Only the environment itself is sent to. */
function readDestination(given: Record<string, unknown>, problems: string[]): Destination | undefined {
  const { protocol, URI, port, method = "POST" } = given;
  if (protocol === "TCP") {
    if (isPort(port)) return { protocol, port };
    problems.push("port should be a number from 1 to 65535");
    return undefined;
  }
  if (protocol !== "HTTP") {
    problems.push("protocol should be HTTP or TCP");
    return undefined;
  }
  const uri = typeof URI === "string" && URL.canParse(URI) ? new URL(URI) : undefined;
  if (uri === undefined || uri.protocol !== "http:") problems.push("URI should be a URL of http");
  else if (!GUEST_NAMES.includes(uri.hostname)) problems.push(`URI host should be ${GUEST_NAMES[0]}`);
  else if (uri.port === "") problems.push("URI port is not provided");
  else if (method !== "POST" && method !== "PUT") problems.push("method should be POST or PUT");
  else return { protocol, port: Number(uri.port), path: uri.pathname + uri.search, method };
  return undefined;
}

function isPort(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value < 65_536;
}

/** What is no object has no members. */
function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
