/** What functions of each package type may have: archives run on a runtime with layers, images bring their own. */
import type { FunctionCode, ImageConfig } from "@aws-sdk/client-lambda";
import { invalidParameter, resourceConflict } from "../errors/mod.ts";
import { type FunctionVersion, functionArn, type Scope } from "../model/mod.ts";

/** Members of CreateFunction and UpdateFunctionConfiguration that only one of the types has. */
interface TypedMembers {
  readonly Runtime?: string | undefined;
  readonly Handler?: string | undefined;
  readonly Layers?: readonly unknown[] | undefined;
  readonly ImageConfig?: ImageConfig | undefined;
}

/** Throws InvalidParameterValueException. */
export function checkMembers(
  packageType: string,
  { Runtime, Handler, Layers = [], ImageConfig }: TypedMembers,
): void {
  if (packageType !== "Image") {
    if (ImageConfig === undefined) return;
    // Assumed after the text for images.
    throw invalidParameter("Please don't provide ImageConfig when the intended function PackageType is Zip.");
  }
  // Both texts are reported by users.
  if (Runtime !== undefined || Handler !== undefined) {
    throw invalidParameter(
      "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.",
    );
  }
  if (Layers.length > 0) {
    throw invalidParameter("Lambda layers are not supported for functions created with container images.");
  }
}

type UpdatedCode = Pick<FunctionCode, "ZipFile" | "S3Bucket" | "ImageUri">;

/** A function keeps its package type. Both texts are recorded on AWS. Throws InvalidParameterValueException. */
export function checkCodeUpdate(packageType: string, { ZipFile, S3Bucket, ImageUri }: UpdatedCode): void {
  if (packageType === "Zip" && ImageUri !== undefined) {
    throw invalidParameter("Please don't provide ImageUri when updating a function with packageType Zip.");
  }
  if (packageType === "Image" && (ImageUri === undefined || (ZipFile ?? S3Bucket) !== undefined)) {
    throw invalidParameter("Please provide ImageUri when updating a function with packageType Image.");
  }
}

/** Signatures are of archives. Reported by users. Throws InvalidParameterValueException. */
export function checkCodeSigning(packageType: string): void {
  if (packageType === "Image") {
    throw invalidParameter("Code signing is not supported for functions created with container images.");
  }
}

/**
 * Images are kept and shown but not run yet. AWS answers calls of a function that is in no state to run with the same
 * error (reported). Throws ResourceConflictException.
 */
export function checkRunnable(scope: Scope, { code, name }: FunctionVersion): void {
  if (code.kind !== "image") return;
  throw resourceConflict(
    "The operation cannot be performed at this time. " +
      `Lambkin does not run container images yet: ${functionArn(scope, name)}`,
  );
}
