/** Code signing configurations in the words of the API, and what they let be deployed. Source: answers recorded on AWS. */
import { randomBytes } from "node:crypto";
import type { CodeSigningConfig, CodeSigningPolicy } from "@aws-sdk/client-lambda";
import { ApiError } from "../errors/mod.ts";
import { lambdaTimestamp } from "../kit/mod.ts";
import type { CodeSigningConfigRecord, Scope } from "../model/mod.ts";
import type { CodeSigningStore } from "../store/mod.ts";

const ID_CHARACTERS = 17;

export function newCodeSigningId(): string {
  const digits = BigInt(`0x${randomBytes(16).toString("hex")}`)
    .toString(36)
    .padStart(ID_CHARACTERS, "0");
  return `csc-${digits.slice(-ID_CHARACTERS)}`;
}

export function codeSigningArn(scope: Scope, id: string): string {
  return `arn:aws:lambda:${scope.region}:${scope.accountId}:code-signing-config:${id}`;
}

/** Undefined for the configuration of another account or region, which is not there for the caller. */
function idOf(scope: Scope, arn: string): string | undefined {
  const id = arn.slice(arn.lastIndexOf(":") + 1);
  return codeSigningArn(scope, id) === arn ? id : undefined;
}

export function codeSigningConfig(scope: Scope, record: CodeSigningConfigRecord): CodeSigningConfig {
  return {
    CodeSigningConfigId: record.id,
    CodeSigningConfigArn: codeSigningArn(scope, record.id),
    Description: record.description,
    AllowedPublishers: { SigningProfileVersionArns: [...record.publishers] },
    CodeSigningPolicies: { UntrustedArtifactOnDeployment: record.untrusted as CodeSigningPolicy },
    LastModified: lambdaTimestamp(record.lastModifiedMs),
  };
}

/** For operations on the configuration itself. Throws ResourceNotFoundException. */
export async function getCodeSigningRecord(
  store: CodeSigningStore,
  scope: Scope,
  arn: string,
): Promise<CodeSigningConfigRecord> {
  const record = await findRecord(store, scope, arn);
  if (record === undefined) {
    // Without a Type, as few refusals are (recorded).
    throw new ApiError(
      "ResourceNotFoundException",
      `The Lambda code signing configuration ${arn} can not be found.`,
    );
  }
  return record;
}

/** For functions that are to have it. Throws CodeSigningConfigNotFoundException. */
export async function requireCodeSigning(
  store: CodeSigningStore,
  scope: Scope,
  arn: string,
): Promise<CodeSigningConfigRecord> {
  const record = await findRecord(store, scope, arn);
  if (record === undefined) {
    throw new ApiError(
      "CodeSigningConfigNotFoundException",
      "The code signing configuration cannot be found. " +
        `Check that the provided configuration is not deleted: ${arn}.`,
      { Type: "User" },
    );
  }
  return record;
}

/**
 * Signatures are made by a service that is not here, so no code has one that could be trusted: `Enforce` lets none be
 * deployed, `Warn` lets all. Throws CodeVerificationFailedException, CodeSigningConfigNotFoundException.
 */
export async function checkSignature(
  store: CodeSigningStore,
  scope: Scope,
  arn: string | undefined,
): Promise<void> {
  if (arn === undefined) return;
  const { untrusted } = await requireCodeSigning(store, scope, arn);
  if (untrusted !== "Enforce") return;
  throw new ApiError(
    "CodeVerificationFailedException",
    "The code signature failed one or more of the validation checks for signature mismatch or expiration, " +
      "and the code signing policy is set to ENFORCE. Lambda blocks the deployment.",
    { Type: "User" },
  );
}

async function findRecord(
  store: CodeSigningStore,
  scope: Scope,
  arn: string,
): Promise<CodeSigningConfigRecord | undefined> {
  const id = idOf(scope, arn);
  return id === undefined ? undefined : store.find(scope, id);
}
