/** The Extensions API, version 2020-01-01, as the extensions of one environment speak it. Source: see extension-host.ts. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import type { ApiHandler } from "../runtime-api/api-listener.ts";
import { accept, answerJson, headerOf, readBody, refuse } from "../runtime-api/http-answer.ts";
import type { Extension } from "./extension.ts";
import { type ExtensionHost, refusedStep } from "./extension-host.ts";

const ROUTE = /^\/2020-01-01\/extension\/(register|event\/next|init\/error|exit\/error)\/?$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function extensionsApi(host: ExtensionHost): ApiHandler {
  return (request, response, path) => {
    const route = ROUTE.exec(path)?.[1];
    if (route === undefined) return false;
    if (route === "register") void register(host, request, response);
    else {
      const extension = callerOf(host, request, response);
      if (extension === undefined) request.resume();
      else if (route === "event/next") next(host, extension, response);
      else void fail(host, extension, request, response, route === "init/error" ? "InitError" : "ExitError");
    }
    return true;
  };
}

/** Who calls, by its identifier; undefined when the caller was told what is wrong with that. */
export function callerOf(
  host: ExtensionHost,
  request: IncomingMessage,
  response: ServerResponse,
): Extension | undefined {
  const id = headerOf(request, "lambda-extension-identifier");
  if (id === "") {
    const text = "Missing Lambda-Extension-Identifier header";
    refuse(response, 403, "Extension.MissingExtensionIdentifier", text);
  } else if (!UUID.test(id)) {
    refuse(response, 403, "Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier");
  } else {
    const extension = host.find(id.toLowerCase());
    if (extension !== undefined) return extension;
    refuse(response, 403, "Extension.UnknownExtensionIdentifier", `Unknown extension ${id}`);
  }
  return undefined;
}

async function register(
  host: ExtensionHost,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const name = headerOf(request, "lambda-extension-name");
  const features = headerOf(request, "lambda-extension-accept-feature").split(",");
  const body = await readBody(request, ENVIRONMENT_LIMITS.extensionRequestBytesMax);
  if (name === "") {
    refuse(response, 403, "Extension.InvalidExtensionName", "Empty extension name");
    return;
  }
  const events = Buffer.isBuffer(body) ? wantedEvents(body) : "the body is too large or was cut short";
  if (typeof events === "string") {
    refuse(response, 403, "InvalidRequestFormat", events);
    return;
  }
  const outcome = host.register(name, events);
  if (outcome.kind === "refused") {
    refuse(response, 403, outcome.errorType, outcome.reason);
    return;
  }
  const { accountId, ...identity } = host.identity;
  const wantsAccount = features.some((feature) => feature.trim() === "accountId");
  answerJson(
    response,
    200,
    { ...identity, ...(wantsAccount && { accountId }) },
    { "Lambda-Extension-Identifier": outcome.extension.id },
  );
}

/** A sentence where the body is not what it should be. */
function wantedEvents(body: Buffer): readonly string[] | string {
  let document: unknown;
  try {
    document = JSON.parse(body.toString("utf8"));
  } catch (error) {
    return (error as Error).message;
  }
  if (typeof document !== "object" || document === null) return "the body is not a JSON object";
  const { events = [], configurationKeys = [] } = document as Record<string, unknown>;
  if (!Array.isArray(configurationKeys) || configurationKeys.length > 0) {
    return "configurationKeys are deprecated; use environment variables instead";
  }
  if (!Array.isArray(events) || events.some((event) => typeof event !== "string")) {
    return "events is not a list of strings";
  }
  return [...new Set(events as string[])];
}

function next(host: ExtensionHost, extension: Extension, response: ServerResponse): void {
  if (extension.poll(response)) host.asked();
  else
    refuse(response, 403, "Extension.InvalidExtensionState", refusedStep(extension, "Ready", extension.id));
}

async function fail(
  host: ExtensionHost,
  extension: Extension,
  request: IncomingMessage,
  response: ServerResponse,
  state: "InitError" | "ExitError",
): Promise<void> {
  await readBody(request, ENVIRONMENT_LIMITS.extensionRequestBytesMax);
  const errorType = headerOf(request, "lambda-extension-function-error-type");
  if (errorType === "") {
    refuse(response, 403, "Extension.MissingHeader", "Lambda-Extension-Function-Error-Type not found");
    return;
  }
  const isAllowed =
    extension.state === state ||
    extension.state === "Registered" ||
    (state === "ExitError" && (extension.state === "Ready" || extension.state === "Running"));
  if (!isAllowed) {
    const step = refusedStep(extension, state, extension.id);
    refuse(response, 403, "Extension.InvalidExtensionState", step);
    return;
  }
  accept(response);
  host.failed(extension, state, errorType.slice(0, ENVIRONMENT_LIMITS.errorTypeCharactersMax));
}
