/**
 * What is told of records that are given up, and how it gets to the destination of the mapping. Sources: records seen on AWS;
 * "Retain discarded batch records" pages (the payload, for buckets only, and the key of the object).
 */
import { randomUUID } from "node:crypto";
import { type DestinationPorts, Undeliverable } from "../../dataplane/mod.ts";
import type { Scope } from "../../model/mod.ts";
import type { BatchInfo, ReadRecord } from "./stream-source.ts";

export type FailureCondition = "RetryAttemptsExhausted" | "RecordAgeExceeded";

export interface FailedBatch {
  readonly condition: FailureCondition;
  readonly records: readonly ReadRecord[];
  readonly invokeCount: number;
  readonly requestId: string;
  readonly functionArn: string;
  /** Of the last attempt; undefined where the records are only too old. */
  readonly response: { readonly version: string; readonly isFunctionError: boolean } | undefined;
  readonly streamArn: string;
  readonly shardId: string;
  readonly batchInfo: BatchInfo;
  readonly nowMs: number;
}

export type FailurePorts = Pick<DestinationPorts, "sendToQueue" | "publish" | "putObject">;

export interface FailureTarget {
  readonly scope: Scope;
  readonly mappingId: string;
  readonly arn: string;
}

/** Throws Undeliverable, or what may be different another time. */
export async function deliverFailure(
  ports: FailurePorts,
  { scope, mappingId, arn }: FailureTarget,
  failed: FailedBatch,
  payload: () => Buffer,
): Promise<void> {
  const service = arn.split(":")[2];
  const record = JSON.stringify(failureRecord(failed));
  switch (service) {
    case "sqs":
      return ports.sendToQueue(arn, record, {}, undefined);
    case "sns":
      if (ports.publish === undefined) throw new Undeliverable("LAMBKIN_SNS_ENDPOINT_URL is not set");
      return ports.publish(arn, record, {});
    case "s3": {
      if (ports.putObject === undefined) throw new Undeliverable("LAMBKIN_S3_ENDPOINT_URL is not set");
      const body = `${record.slice(0, -1)},"payload":${payload().toString()}}`;
      return ports.putObject(scope, arn.split(":").at(-1) ?? "", objectKey(mappingId, failed), body);
    }
    default:
      throw new Undeliverable(`${arn} is of no service that failed batches can be brought to`);
  }
}

export function failureRecord(failed: FailedBatch): Readonly<Record<string, unknown>> {
  const { records, response, batchInfo } = failed;
  const [first, last] = [records[0], records.at(-1)];
  const time = (ms = 0): string => {
    const iso = new Date(ms).toISOString();
    return batchInfo.hasMilliseconds ? iso : iso.replace(/\.\d+Z$/, "Z");
  };
  return {
    requestContext: {
      requestId: failed.requestId,
      functionArn: failed.functionArn,
      condition: failed.condition,
      approximateInvokeCount: failed.invokeCount,
    },
    ...(response !== undefined && {
      responseContext: {
        statusCode: 200,
        executedVersion: response.version,
        functionError: response.isFunctionError ? "Unhandled" : null,
      },
    }),
    version: "1.0",
    timestamp: new Date(failed.nowMs).toISOString(),
    [batchInfo.member]: {
      shardId: failed.shardId,
      startSequenceNumber: first?.sequenceNumber,
      endSequenceNumber: last?.sequenceNumber,
      approximateArrivalOfFirstRecord: time(first?.arrivedAtMs),
      approximateArrivalOfLastRecord: time(last?.arrivedAtMs),
      batchSize: records.length,
      streamArn: failed.streamArn,
    },
  };
}

function objectKey(mappingId: string, { shardId, nowMs }: FailedBatch): string {
  const time = new Date(nowMs).toISOString();
  const day = time.slice(0, 10);
  const clock = time.slice(11, 19).replaceAll(":", ".");
  return `aws/lambda/${mappingId}/${shardId}/${day.replaceAll("-", "/")}/${day}T${clock}-${randomUUID()}`;
}
