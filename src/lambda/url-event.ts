/** An HTTP request as the event of a function URL, payload format 2.0. Source: "Invoking Lambda function URLs" page. */
import { isUtf8 } from "node:buffer";
import type { Scope } from "../model/mod.ts";

/** What the front door knows of a request. */
export interface UrlRequest {
  readonly method: string;
  /** Still percent-encoded. */
  readonly path: string;
  readonly queryText: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly remoteAddress: string;
}

export interface UrlEventContext {
  readonly scope: Scope;
  readonly urlId: string;
  readonly requestId: string;
  readonly nowMs: number;
  /** The caller's, where the URL asks for credentials. */
  readonly accessKeyId: string | undefined;
}

/** Returns JSON text. */
export function urlEvent(request: UrlRequest, context: UrlEventContext): string {
  const { scope, urlId, requestId, nowMs, accessKeyId } = context;
  const { cookie, ...headers } = joinedHeaders(request.headers);
  const host = (headers["host"] ?? "").replace(/:\d+$/, "");
  const isBase64Encoded = !isText(headers["content-type"], request.body);
  return JSON.stringify({
    version: "2.0",
    routeKey: "$default",
    rawPath: request.path,
    rawQueryString: request.queryText,
    ...(cookie !== undefined && { cookies: cookie.split(/;\s*/) }),
    headers: {
      ...headers,
      "x-forwarded-for": request.remoteAddress,
      "x-forwarded-port": /:(\d+)$/.exec(headers["host"] ?? "")?.[1] ?? "80",
      "x-forwarded-proto": "http",
    },
    ...(request.queryText !== "" && { queryStringParameters: joinedQuery(request.query) }),
    requestContext: {
      accountId: accessKeyId === undefined ? "anonymous" : scope.accountId,
      apiId: urlId,
      ...(accessKeyId !== undefined && { authorizer: { iam: caller(scope, accessKeyId) } }),
      domainName: host,
      domainPrefix: urlId,
      http: {
        method: request.method,
        path: decodedPath(request.path),
        protocol: "HTTP/1.1",
        sourceIp: request.remoteAddress,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId,
      routeKey: "$default",
      stage: "$default",
      time: commonLogTime(nowMs),
      timeEpoch: nowMs,
    },
    ...(request.body.length > 0 && {
      body: request.body.toString(isBase64Encoded ? "base64" : "utf8"),
    }),
    isBase64Encoded: request.body.length > 0 && isBase64Encoded,
  });
}

function joinedHeaders(headers: UrlRequest["headers"]): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name] = Array.isArray(value) ? value.join(",") : value;
  }
  return joined;
}

function joinedQuery(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name).join(",")]));
}

const TEXT = /^(text\/|application\/(.*\+)?(json|xml|javascript)|application\/x-www-form-urlencoded)/i;

/** Text types stay as they are when they are UTF-8; all else travels as base64 (recorded; the exact list is recall). */
function isText(contentType: string | undefined, body: Buffer): boolean {
  return TEXT.test(contentType ?? "") && isUtf8(body);
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function caller(scope: Scope, accessKey: string): object {
  return {
    accessKey,
    accountId: scope.accountId,
    callerId: scope.accountId,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: `arn:aws:iam::${scope.accountId}:root`,
    userId: scope.accountId,
  };
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `12/Mar/2020:19:03:58 +0000` */
function commonLogTime(epochMs: number): string {
  const iso = new Date(epochMs).toISOString();
  const month = MONTHS[Number(iso.slice(5, 7)) - 1];
  return `${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}
