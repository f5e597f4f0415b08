/** A service as `main` hands it over, and the same with its schemas loaded and indexed. */
import { NormalizedSchema } from "@smithy/core/schema";
import type { StaticErrorSchema, StaticOperationSchema } from "@smithy/types";
import { type ApiError, invariant } from "../errors/mod.ts";
import type { OperationTable } from "../model/mod.ts";
import { type ConstraintModel, Constraints } from "./validation/constraints.ts";

export type ProtocolName = "rest-json" | "json" | "query";

export interface ServiceDefinition {
  /** The SigV4 signing name. */
  readonly name: string;
  readonly protocol: ProtocolName;
  /** `X-Amz-Target` prefix before the dot (json protocols). */
  readonly targetPrefix?: string;
  /** A json service whose older clients use the query protocol, which is then served beside it. */
  readonly speaksQueryToo?: boolean;
  /** Its errors have the statuses in JSON that they had in the query protocol. */
  readonly keepsQueryStatuses?: boolean;
  /** Texts of errors that differ in the query protocol, by code. */
  readonly queryTexts?: Readonly<Record<string, string>>;
  /** A service whose newer clients send CBOR, which is served beside the rest. */
  readonly speaksCborToo?: boolean;
  /** Its clients compress large requests (the requestCompression trait). */
  readonly takesGzip?: boolean;
  /** Paths that are this service's, whoever asks. */
  readonly ownPaths?: RegExp;
  /** The input member that the request's path is for, where old clients of the query protocol put it there. */
  readonly queryPathMember?: string;
  /** `Version` parameter and XML namespace (query protocol). */
  readonly apiVersion?: string;
  readonly xmlNamespace?: string;
  /** The SDK client package whose exports carry the schemas. */
  loadSchemas(): Promise<object>;
  loadConstraints(): ConstraintModel;
  readonly operations: OperationTable;
  /** Largest request body of an operation where it is not the general bound; bytes. */
  readonly bodyBytesMax?: Readonly<Record<string, number>>;
  /** The refusal of a larger body, where the operation has one of its own. */
  readonly bodyTooLarge?: Readonly<Record<string, (bytesMax: number) => ApiError>>;
  /** Members a constraint check leaves to the operation, as `Operation.member`. */
  readonly constraintsLeftToOperation?: readonly string[];
}

export interface OperationSchema {
  readonly name: string;
  /** `[method, uri, status]`, rest protocols only. */
  readonly http: readonly [string, string, number] | undefined;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
}

export interface LoadedService {
  readonly definition: ServiceDefinition;
  readonly operations: ReadonlyMap<string, OperationSchema>;
  readonly errors: ReadonlyMap<string, NormalizedSchema>;
  readonly constraints: Constraints;
}

const OPERATION = 9;
const ERROR = -3;

/** Static schemas are tuples that begin with their kind: `[9, namespace, name, traits, input, output]`. */
export async function loadService(definition: ServiceDefinition): Promise<LoadedService> {
  const operations = new Map<string, OperationSchema>();
  const errors = new Map<string, NormalizedSchema>();
  for (const exported of Object.values(await definition.loadSchemas()) as unknown[]) {
    if (!Array.isArray(exported)) continue;
    if (exported[0] === OPERATION) {
      const operation = operationSchema(exported as unknown as StaticOperationSchema);
      operations.set(operation.name, operation);
    } else if (exported[0] === ERROR) {
      const schema = NormalizedSchema.of(exported as unknown as StaticErrorSchema);
      errors.set(schema.getName() ?? "", schema);
    }
  }
  invariant(operations.size > 0, `no operation schemas found for ${definition.name}`);
  for (const name of Object.keys(definition.operations)) {
    invariant(operations.has(name), `${definition.name} has no operation ${name} in its model`);
  }
  const constraints = new Constraints(
    definition.loadConstraints(),
    definition.constraintsLeftToOperation ?? [],
  );
  return { definition, operations, errors, constraints };
}

function operationSchema(schema: StaticOperationSchema): OperationSchema {
  const [, , name, traits, input, output] = schema;
  const http = typeof traits === "object" ? (traits.http as OperationSchema["http"]) : undefined;
  return { name, http, input: schemaOf(input), output: schemaOf(output) };
}

type Reference = StaticOperationSchema[4];

function schemaOf(reference: Reference): NormalizedSchema {
  return NormalizedSchema.of(reference);
}
