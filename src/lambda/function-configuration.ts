/** A stored function in the words of the API: the FunctionConfiguration shape. Source: answers recorded on AWS. */
import type { FunctionConfiguration, ImageConfig, LastUpdateStatusReasonCode } from "@aws-sdk/client-lambda";
import { runtimeVersionArn } from "../dataplane/mod.ts";
import { lambdaTimestamp } from "../kit/mod.ts";
import {
  codeBytesOf,
  codeSha256Of,
  type FunctionVersion,
  findRuntime,
  functionArn,
  type Scope,
} from "../model/mod.ts";

const BEING_CREATED = "The function is being created.";
/** Reported by users, as the failure of a version with SnapStart. */
const INIT_FAILED = "An error occurred during function initialization.";

/** `qualifier` is what the caller asked with; it comes back in the ARN. */
export function functionConfiguration(
  scope: Scope,
  version: FunctionVersion,
  qualifier?: string,
): FunctionConfiguration {
  const { settings } = version;
  return {
    ...listedConfiguration(scope, version, qualifier),
    State: version.state,
    ...(version.state === "Pending" && { StateReason: BEING_CREATED, StateReasonCode: "Creating" }),
    ...(version.state === "Failed" && { StateReason: INIT_FAILED, StateReasonCode: "FunctionError" }),
    ...(version.updateStatus !== undefined && { LastUpdateStatus: version.updateStatus }),
    // AWS says "created" on updates, too (recorded).
    ...(version.updateStatus === "InProgress" && {
      LastUpdateStatusReason: BEING_CREATED,
      LastUpdateStatusReasonCode: "Creating" as LastUpdateStatusReasonCode,
    }),
    ...(settings.Runtime !== undefined &&
      findRuntime(settings.Runtime)?.language !== "provided" && {
        RuntimeVersionConfig: { RuntimeVersionArn: runtimeVersionArn(scope.region, settings.Runtime) },
      }),
  };
}

/** Lists leave out the states. Source: ListFunctions page of the API reference. */
export function listedConfiguration(
  scope: Scope,
  version: FunctionVersion,
  qualifier?: string,
): FunctionConfiguration {
  const { settings } = version;
  const { VpcConfig, Layers, ImageConfig, ...kept } = settings;
  return {
    FunctionName: version.name,
    FunctionArn: functionArn(scope, version.name, qualifier),
    // The settings are kept in the words of the API.
    ...(kept as unknown as FunctionConfiguration),
    ...(VpcConfig !== undefined && { VpcConfig: { ...VpcConfig, VpcId: "" } }),
    ...(Layers !== undefined &&
      Layers.length > 0 && { Layers: Layers.map(({ Arn, CodeSize }) => ({ Arn, CodeSize })) }),
    ...(ImageConfig !== undefined && { ImageConfigResponse: { ImageConfig: ImageConfig as ImageConfig } }),
    CodeSize: codeBytesOf(version.code),
    CodeSha256: codeSha256Of(version.code),
    LastModified: lambdaTimestamp(version.lastModifiedMs),
    Version: version.version,
    RevisionId: version.revisionId,
  };
}
