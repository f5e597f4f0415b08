/**
 * Credentials that a function asks for instead of finding them in its variables: what was initialised once and copied later would go on
 * with those of its init. Source: AWS's runtime interface emulator (path, header, answer); SDKs know it as the container provider.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import type { Clock } from "../../kit/mod.ts";
import type { ApiHandler } from "../runtime-api/api-listener.ts";
import { answerJson, headerOf } from "../runtime-api/http-answer.ts";

const PATH = "/2021-04-23/credentials";
const SECRET = randomBytes(32);

/** Lambkin takes any key pair that names the account. */
function newKeys(accountId: string) {
  return {
    accessKeyId: accountId,
    secretAccessKey: randomBytes(20).toString("hex"),
    sessionToken: randomBytes(32).toString("base64"),
  };
}

/** For functions that find their credentials in variables. */
export function keyVariables(accountId: string): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken } = newKeys(accountId);
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  };
}

/** The same for a runtime that is initialised and for all its copies: a client made in the init holds on to it. */
export function credentialsToken(configurationId: string): string {
  return createHmac("sha256", SECRET).update(configurationId).digest("base64url");
}

/** `address` is `host:port` as the function finds it. */
export function credentialsVariables(address: string, token: string): Record<string, string> {
  return {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://${address}${PATH}`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
  };
}

/** New ones for each who asks with the token. */
export function credentialsApi(token: string, accountId: string, clock: Clock): ApiHandler {
  return (request, response, path) => {
    if (path !== PATH) return false;
    if (request.method !== "GET" || !isSame(headerOf(request, "authorization"), token)) {
      response.writeHead(404, { "Content-Type": "text/plain; charset=utf-8" });
      response.end("cannot get credentials for the provided token\n");
      return true;
    }
    const { accessKeyId, secretAccessKey, sessionToken } = newKeys(accountId);
    answerJson(response, 200, {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      Token: sessionToken,
      Expiration: new Date(clock.nowMs() + ENVIRONMENT_LIMITS.credentialsMs).toISOString(),
    });
    return true;
  };
}

function isSame(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
}
