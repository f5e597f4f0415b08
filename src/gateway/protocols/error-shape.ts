/** Where an error's status and members come from: the service's own shape, or the list of framework errors. */
import { type ApiError, FRAMEWORK_ERROR_STATUS } from "../../errors/mod.ts";
import type { LoadedService } from "../service.ts";

export interface ErrorShape {
  readonly status: number;
  /** JSON members, with the message under the shape's own spelling. */
  readonly members: Record<string, unknown>;
  /** Members that travel as headers. */
  readonly headers: Record<string, string>;
  readonly isSenderFault: boolean;
  /** The code on the wire, where the query protocol renames it. */
  readonly queryCode: string;
}

/** Where the query protocol's name is not simply the shorter one. */
const QUERY_CODES: Readonly<Record<string, string>> = {
  MissingRequiredParameterException: "MissingParameter",
};

/** Unknown names are our own bug and become a 500: never silently a 400. */
export function errorShape(error: ApiError, service: LoadedService | undefined): ErrorShape {
  const schema = service?.errors.get(error.code);
  if (schema === undefined) {
    const status = FRAMEWORK_ERROR_STATUS[error.code] ?? 500;
    return {
      status,
      members: { ...error.members, message: error.message },
      headers: {},
      isSenderFault: status < 500,
      queryCode: QUERY_CODES[error.code] ?? error.code.replace(/Exception$/, ""),
    };
  }
  const traits = schema.getMergedTraits();
  const members: Record<string, unknown> = {};
  const headers: Record<string, string> = {};
  for (const [name, member] of schema.structIterator()) {
    const isMessage = name === "message" || name === "Message";
    const value = isMessage ? error.message : error.members[name];
    if (value === undefined) continue;
    const inHeader = member.getMergedTraits().httpHeader;
    if (inHeader === undefined) members[name] = value;
    else headers[inHeader] = String(value);
  }
  const status = Number(traits["httpError"] ?? (traits.error === "client" ? 400 : 500));
  const queryError = (traits as { awsQueryError?: readonly [string, number] }).awsQueryError;
  return {
    status: queryError?.[1] ?? status,
    members,
    headers,
    isSenderFault: traits.error === "client",
    queryCode: queryError?.[0] ?? error.code,
  };
}
