/** What every wire protocol does: find the operation, read its input, write its output or its error. */
import type { ApiError } from "../../errors/mod.ts";
import type { HttpAnswer, HttpRequest } from "../http-message.ts";
import type { LoadedService, OperationSchema } from "../service.ts";

export interface Protocol {
  /** Needs the head only. Throws the protocol's own "unknown operation" ApiError. */
  route(request: HttpRequest, service: LoadedService): RoutedOperation;
  /** Throws SerializationException and its kin. */
  decode(request: HttpRequest, routed: RoutedOperation): Record<string, unknown>;
  encode(output: Readonly<Record<string, unknown>>, routed: RoutedOperation, requestId: string): HttpAnswer;
  /** Cannot throw. `service` is undefined when the request never got that far. */
  encodeError(error: ApiError, service: LoadedService | undefined, requestId: string): HttpAnswer;
}

export interface RoutedOperation {
  readonly operation: OperationSchema;
  readonly service: LoadedService;
  /** Values of path labels, decoded (rest protocols). */
  readonly labels: Readonly<Record<string, string>>;
}
