/** Function URLs in the words of the API. Source: answers recorded on AWS; the host's form is our own. */
import { createHash } from "node:crypto";
import type { Cors, FunctionUrlAuthType, FunctionUrlConfig, InvokeMode } from "@aws-sdk/client-lambda";
import { noSuchResource, resourceNotFound } from "../errors/mod.ts";
import {
  type FunctionUrlSetting,
  functionArn,
  LATEST,
  parseFunctionReference,
  type RequestContext,
  type Scope,
} from "../model/mod.ts";
import type { FunctionStore } from "../store/mod.ts";
import { findQualified } from "./find-function.ts";

const URL_ID_CHARACTERS = 32;

export interface UrlTarget {
  readonly name: string;
  /** An alias, or `$LATEST` for the function itself. */
  readonly qualifier: string;
  readonly arn: string;
}

export function urlTarget(scope: Scope, given: string, parameter: string | undefined): UrlTarget {
  const { name, qualifier } = parseFunctionReference(scope, given, parameter);
  return { name, qualifier: qualifier ?? LATEST, arn: functionArn(scope, name, qualifier) };
}

/** Thirty-two of `[a-z0-9]`, the same again for the same function and qualifier (documented). */
export function urlIdOf(scope: Scope, { name, qualifier }: UrlTarget): string {
  const digest = createHash("sha256")
    .update([scope.accountId, scope.region, name, qualifier].join("/"))
    .digest("hex");
  return BigInt(`0x${digest}`).toString(36).padStart(URL_ID_CHARACTERS, "0").slice(0, URL_ID_CHARACTERS);
}

/** Throws ResourceNotFoundException. */
export async function requireUrlTarget(store: FunctionStore, scope: Scope, target: UrlTarget): Promise<void> {
  if ((await findQualified(store, scope, target.name, target.qualifier)) === undefined) {
    throw resourceNotFound("Function does not exist");
  }
}

/** Throws ResourceNotFoundException. */
export async function getUrl(
  store: FunctionStore,
  scope: Scope,
  target: UrlTarget,
): Promise<FunctionUrlSetting> {
  const setting = await store.findSetting(scope, target.name, "url", target.qualifier);
  if (setting === undefined) {
    throw noSuchResource();
  }
  return setting;
}

/** The URL works where the request reached us: its port is the URL's. */
export function urlConfig(
  context: RequestContext,
  target: UrlTarget,
  setting: FunctionUrlSetting,
): FunctionUrlConfig {
  const { port } = new URL(context.baseUrl);
  const host = `${setting.urlId}.lambda-url.${context.region}.localhost`;
  return {
    FunctionUrl: `http://${host}${port === "" ? "" : `:${port}`}/`,
    FunctionArn: target.arn,
    CreationTime: new Date(setting.createdAtMs).toISOString(),
    LastModifiedTime: new Date(setting.modifiedAtMs).toISOString(),
    AuthType: setting.authType as FunctionUrlAuthType,
    ...(setting.cors !== undefined && { Cors: setting.cors as Cors }),
    InvokeMode: (setting.invokeMode ?? "BUFFERED") as InvokeMode,
  };
}
