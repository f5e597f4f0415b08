/** Serves function URLs: `http://<id>.lambda-url.<region>.localhost:<port>/`, told apart by the Host header. */
import { LAMBDA_LIMITS } from "../config/mod.ts";
import { ApiError } from "../errors/mod.ts";
import { functionArn, type Invocation, LATEST, traceOf } from "../model/mod.ts";
import { answered } from "./answered.ts";
import type { LambdaDependencies } from "./dependencies.ts";
import { findQualified, versionForCall } from "./find-function.ts";
import { invokeStreaming } from "./streamed-response.ts";
import { badGateway, bufferedAnswer, type UrlAnswer } from "./url-answer.ts";
import { corsHeaders, preflightAnswer } from "./url-cors.ts";
import { type UrlRequest, urlEvent } from "./url-event.ts";
import { streamedAnswer } from "./url-streamed-answer.ts";

const HOST = /^([a-z0-9]{32})\.lambda-url\.([a-z0-9-]+)\.(?:localhost|on\.aws)(?::\d+)?$/i;

const FORBIDDEN =
  "Forbidden. For troubleshooting Function URL authorization issues, see: " +
  "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html";

export class FunctionUrls {
  readonly #dependencies: LambdaDependencies;
  readonly hosts = HOST;
  readonly bodyBytesMax = LAMBDA_LIMITS.invokePayloadBytesMax;

  constructor(dependencies: LambdaDependencies) {
    this.#dependencies = dependencies;
  }

  async answer(request: UrlRequest, requestId: string): Promise<UrlAnswer> {
    const { store, draw, clock } = this.#dependencies;
    const [, urlId = "", region] = HOST.exec(String(request.headers["host"])) ?? [];
    const url = await store.findUrl(urlId.toLowerCase());
    // Nothing tells a stranger which URLs there are.
    if (url === undefined || url.scope.region !== region) return message(403, null);
    const { scope, setting, functionName } = url;
    const preflight = preflightAnswer(setting.cors, request.method, request.headers);
    if (preflight !== undefined) return preflight;
    const accessKeyId = setting.authType === "AWS_IAM" ? signerOf(request) : undefined;
    if (setting.authType === "AWS_IAM" && accessKeyId === undefined) return message(403, FORBIDDEN);
    const qualifier = url.qualifier === LATEST ? undefined : url.qualifier;
    const found = await findQualified(store, scope, functionName, qualifier);
    // The alias is gone, its URL is not (recorded).
    if (found === undefined) return message(403, FORBIDDEN);
    const nowMs = clock.nowMs();
    const target = await versionForCall(store, scope, found, draw);
    const trace = traceOf(traceIdOf(request), requestId, { scope, target, nowMs });
    const event = urlEvent(request, { scope, urlId, requestId, nowMs, accessKeyId });
    const invocation: Invocation = {
      scope,
      target,
      invokedArn: functionArn(scope, functionName, qualifier),
      requestId,
      payload: Buffer.from(event),
      clientContext: undefined,
      traceId: trace.header,
      origin: { trigger: "http", callerSpanId: trace.callerSpanId },
      wantsLogTail: false,
    };
    const answer = await this.#answerOf(invocation, setting.invokeMode === "RESPONSE_STREAM");
    return {
      ...answer,
      headers: { ...answer.headers, ...corsHeaders(setting.cors, request.headers["origin"]) },
    };
  }

  async #answerOf(invocation: Invocation, isStreamed: boolean): Promise<UrlAnswer> {
    const { dataPlane } = this.#dependencies;
    try {
      if (isStreamed) return await streamedAnswer(await invokeStreaming(dataPlane, invocation));
      const outcome = answered(await dataPlane.invoke(invocation));
      return outcome.kind === "functionError" ? badGateway() : bufferedAnswer(outcome.payload);
    } catch (error) {
      if (error instanceof ApiError && error.code === "TooManyRequestsException") {
        return message(429, error.message);
      }
      if (error instanceof ApiError && error.code.startsWith("SnapStart")) return badGateway();
      throw error;
    }
  }
}

/** Open mode: credentials of the right form are taken for good, as everywhere. */
function signerOf(request: UrlRequest): string | undefined {
  const authorization = String(request.headers["authorization"] ?? "");
  const credential =
    /^AWS4-HMAC-SHA256 .*Credential=([^/,\s]+)\//.exec(authorization)?.[1] ??
    request.query.get("X-Amz-Credential")?.split("/")[0];
  return credential || undefined;
}

function message(status: number, text: string | null): UrlAnswer {
  return {
    status,
    headers: {
      "Content-Type": "application/json",
      "x-amzn-ErrorType": status === 429 ? "TooManyRequestsException" : "AccessDeniedException",
    },
    body: JSON.stringify({ Message: text }),
  };
}

function traceIdOf({ headers }: UrlRequest): string | undefined {
  const given = headers["x-amzn-trace-id"];
  return typeof given === "string" ? given : undefined;
}
