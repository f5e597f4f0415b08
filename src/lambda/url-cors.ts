/** What a function URL tells browsers of other origins. Source: Cors shape of the service model; "Function URL CORS" page. */
import type { CorsSetting } from "../model/mod.ts";
import type { UrlAnswer } from "./url-answer.ts";

/** A preflight is answered without the function. Undefined when it is none, or the origin may not call. */
export function preflightAnswer(
  cors: CorsSetting | undefined,
  method: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): UrlAnswer | undefined {
  const origin = headers["origin"];
  const asked = headers["access-control-request-method"];
  if (cors === undefined || method !== "OPTIONS" || typeof origin !== "string" || asked === undefined)
    return undefined;
  return {
    status: 200,
    headers: {
      ...corsHeaders(cors, origin),
      ...(cors.AllowMethods !== undefined && { "access-control-allow-methods": cors.AllowMethods.join(",") }),
      ...(cors.AllowHeaders !== undefined && { "access-control-allow-headers": cors.AllowHeaders.join(",") }),
      ...(cors.MaxAge !== undefined && { "access-control-max-age": String(cors.MaxAge) }),
    },
    body: "",
  };
}

/** Headers of every answer; they take the place of the function's own. */
export function corsHeaders(cors: CorsSetting | undefined, origin: unknown): Record<string, string> {
  if (cors === undefined || typeof origin !== "string") return {};
  const origins = cors.AllowOrigins ?? [];
  if (!origins.includes("*") && !origins.includes(origin)) return {};
  return {
    // With credentials browsers refuse the star.
    "access-control-allow-origin": origins.includes("*") && cors.AllowCredentials !== true ? "*" : origin,
    ...(cors.AllowCredentials === true && { "access-control-allow-credentials": "true" }),
    ...(cors.ExposeHeaders !== undefined && {
      "access-control-expose-headers": cors.ExposeHeaders.join(","),
    }),
    vary: "Origin",
  };
}
