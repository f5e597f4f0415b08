/** Observations for the tests of those who count them. */
import type { FunctionVersion, Invoked } from "../src/model/mod.ts";

type Settings = Partial<FunctionVersion["settings"]>;

export function observedFunction(
  name: string,
  settings: Settings = {},
  version = "$LATEST",
): FunctionVersion {
  return {
    name,
    version,
    settings: {
      Runtime: "python3.11",
      Role: "arn:aws:iam::000000000000:role/r",
      Description: "",
      Timeout: 3,
      MemorySize: 128,
      EphemeralStorage: { Size: 512 },
      Architectures: ["x86_64"],
      PackageType: "Zip",
      TracingConfig: { Mode: "PassThrough" },
      LoggingConfig: { LogFormat: "Text", LogGroup: `/aws/lambda/${name}` },
      SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
      ...settings,
    },
    code: { kind: "zip", sha256: "", bytes: 0, unzippedBytes: 0 },
    state: "Active",
    revisionId: "r",
    lastModifiedMs: 0,
    configurationId: `${name}-${version}`,
  };
}

/** A warm call of 12.3 ms that went well, of a function with 128 MB. */
export function invoked(more: Partial<Invoked> = {}): Invoked {
  const target = more.target ?? observedFunction("hello");
  return {
    kind: "invoked",
    scope: { accountId: "000000000000", region: "us-east-1" },
    functionName: target.name,
    target,
    invokedArn: `arn:aws:lambda:us-east-1:000000000000:function:${target.name}`,
    requestId: "0d5a3c62-7a5d-4a1e-9a64-0123456789ab",
    traceId: undefined,
    environmentId: "e",
    status: "success",
    errorType: undefined,
    admittedAtMs: 1000,
    startedAtMs: 1001,
    runtimeMs: 12.3,
    durationMs: 12.3,
    initDurationMs: undefined,
    restoreDurationMs: undefined,
    billedMs: 13,
    memoryMib: target.settings.MemorySize,
    peakMemoryBytes: 40_000_000,
    concurrency: "onDemand",
    provisioned: undefined,
    isAsync: false,
    payloadBytes: 2,
    responseBytes: 2,
    ...more,
  };
}
