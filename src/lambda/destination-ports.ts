/** Brings results and dead letters of asynchronous invocations to this server's own functions, and to queues and objects. */
import { randomUUID } from "node:crypto";
import { LAMBDA_LIMITS } from "../config/mod.ts";
import { type AsyncQueue, type DestinationPorts, Undeliverable } from "../dataplane/mod.ts";
import { parseFunctionReference, type Scope } from "../model/mod.ts";
import type { FunctionStore, ObjectWriter } from "../store/mod.ts";
import { findQualified } from "./find-function.ts";

export interface DestinationParts {
  readonly store: FunctionStore;
  readonly asyncQueue: () => AsyncQueue;
  readonly sendToQueue: DestinationPorts["sendToQueue"];
  readonly publish: DestinationPorts["publish"];
  readonly putEvent: DestinationPorts["putEvent"];
  /** Undefined where no S3-compatible server is set. */
  readonly objects: ObjectWriter | undefined;
}

export function destinationPorts(parts: DestinationParts): DestinationPorts {
  const { store, asyncQueue, objects, sendToQueue, publish, putEvent } = parts;
  return {
    sendToQueue,
    publish,
    putEvent,
    invokeFunction: async (arn, payload, traceId) => {
      const [, , , region = "", accountId = ""] = arn.split(":");
      const scope = { region, accountId };
      const { name, qualifier } = parseFunctionReference(scope, arn);
      if ((await findQualified(store, scope, name, qualifier)) === undefined) {
        throw new Undeliverable(`there is no function ${arn}`);
      }
      if (payload.length > LAMBDA_LIMITS.eventPayloadBytesMax) {
        throw new Undeliverable(`the record is larger than ${arn} takes`);
      }
      const event = { id: randomUUID(), scope, functionName: name, qualifier, clientContext: undefined };
      await asyncQueue().accept({ ...event, traceId, payload });
    },
    putObject:
      objects &&
      ((scope: Scope, bucket, key, body) => objects.write(scope, { bucket, key }, Buffer.from(body))),
  };
}
