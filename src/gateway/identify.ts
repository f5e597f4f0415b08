/** Who asks for which service: read from the SigV4 scope, the target header, the path or the form, as clients send them. */
import { ApiError, incompleteSignature } from "../errors/mod.ts";
import { type HttpRequest, header } from "./http-message.ts";

export const DEFAULT_ACCOUNT_ID = "000000000000";
export const DEFAULT_REGION = "us-east-1";

export interface Identity {
  readonly accessKeyId: string | undefined;
  readonly accountId: string;
  readonly region: string;
  /** The signing name, undefined for an unsigned request. */
  readonly signedService: string | undefined;
}

const ANONYMOUS: Identity = {
  accessKeyId: undefined,
  accountId: DEFAULT_ACCOUNT_ID,
  region: DEFAULT_REGION,
  signedService: undefined,
};

const ACCOUNT_ID = /^\d{12}$/;
const REGION = /^[a-z][a-z0-9-]{0,31}$/;
const CREDENTIAL = /Credential=([^,\s]*)/;

/**
 * Open mode: the signature itself is not verified, its form is. An unsigned request is somebody with curl and
 * counts as the default account. Throws IncompleteSignatureException.
 */
export function identify(request: HttpRequest): Identity {
  const authorization = header(request, "authorization");
  if (authorization === undefined) {
    const presigned = request.query.get("X-Amz-Credential");
    return presigned === null ? ANONYMOUS : fromCredential(presigned, presigned);
  }
  const shown = authorization.slice(0, 200);
  const credential = CREDENTIAL.exec(authorization)?.[1];
  const missing = [
    ...(credential === undefined ? ["Credential"] : []),
    ...(authorization.includes("Signature=") ? [] : ["Signature"]),
    ...(authorization.includes("SignedHeaders=") ? [] : ["SignedHeaders"]),
  ];
  if (credential === undefined || missing.length > 0) throw incompleteSignature(missing, shown);
  return fromCredential(credential, shown);
}

/** `keyid/date/region/service/aws4_request`; the texts are AWS's. */
function fromCredential(credential: string, shown: string): Identity {
  const [accessKeyId, date, region, service, term, ...rest] = credential.split("/");
  if (!accessKeyId || !date || !region || !service || term === undefined || rest.length > 0) {
    throw new ApiError(
      "IncompleteSignatureException",
      "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, " +
        `got '${credential.slice(0, 200)}'`,
    );
  }
  if (term !== "aws4_request" || !REGION.test(region)) {
    throw new ApiError(
      "IncompleteSignatureException",
      `Credential should be scoped to a valid region and terminated by 'aws4_request'. Authorization=${shown}`,
    );
  }
  const accountId = ACCOUNT_ID.test(accessKeyId) ? accessKeyId : DEFAULT_ACCOUNT_ID;
  return { accessKeyId, accountId, region, signedService: service };
}

/** Path prefixes of rest services are dated: `/2015-03-31/functions`. Only Lambda's are known so far. */
const LAMBDA_PATH = /^\/20\d\d-\d\d-\d\d\//;
const SERVICE_HOST = /^([a-z0-9-]+)\.[a-z0-9-]+\.(?:amazonaws\.com|localhost)(?::\d+)?$/;

export interface ServiceHints {
  /** `X-Amz-Target` prefix → signing name. */
  readonly byTargetPrefix: ReadonlyMap<string, string>;
  /** Query API version → signing name. */
  readonly byApiVersion: ReadonlyMap<string, string>;
  /** Paths that only one service has. */
  readonly byPath?: readonly (readonly [pattern: RegExp, name: string])[];
}

/** The signing name of the service, or undefined when nothing tells. `form` only when the body has been read. */
export function serviceOf(
  request: HttpRequest,
  identity: Identity,
  hints: ServiceHints,
  form?: URLSearchParams,
): string | undefined {
  if (identity.signedService !== undefined) return identity.signedService;
  const target = header(request, "x-amz-target");
  if (target !== undefined) return hints.byTargetPrefix.get(target.slice(0, target.lastIndexOf(".")));
  if (LAMBDA_PATH.test(request.path)) return "lambda";
  const host = SERVICE_HOST.exec(header(request, "host") ?? "")?.[1];
  if (host !== undefined) return host;
  const byPath = hints.byPath?.find(([pattern]) => pattern.test(request.path));
  if (byPath !== undefined) return byPath[1];
  return hints.byApiVersion.get(form?.get("Version") ?? request.query.get("Version") ?? "");
}
