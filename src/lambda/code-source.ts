/** The code a request brings or names: fetched, checked, unpacked and kept, or refused in AWS's words. */
import type { FunctionCode } from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../config/mod.ts";
import { ApiError, accessDenied, invalidParameter, unzippedTooLarge } from "../errors/mod.ts";
import type { Scope } from "../model/mod.ts";
import {
  type ObjectLocation,
  ObjectReadError,
  type ObjectReadFailure,
  type StoredCode,
} from "../store/mod.ts";
import type { LambdaDependencies } from "./dependencies.ts";

/** The members that functions and layers both have. */
export type ZipOrigin = Pick<
  FunctionCode,
  "ZipFile" | "S3Bucket" | "S3Key" | "S3ObjectVersion" | "S3ObjectStorageMode"
>;

/**
 * Durable when the promise resolves. Throws InvalidParameterValueException, RequestEntityTooLargeException,
 * AccessDeniedException.
 */
export async function storeCode(
  dependencies: Pick<LambdaDependencies, "code" | "objects">,
  scope: Scope,
  origin: ZipOrigin,
): Promise<StoredCode> {
  const { ZipFile: zip, S3Bucket: bucket, S3Key: key, S3ObjectVersion: versionId } = origin;
  if (zip !== undefined) {
    if ((bucket ?? key ?? versionId) !== undefined) {
      // Widely reported text.
      throw invalidParameter("Please do not provide other FunctionCode parameters when providing a ZipFile.");
    }
    return dependencies.code.store(checkedZip(zip));
  }
  // What AWS says to one half of a location alone is assumed to be what it says to neither (reported).
  if (bucket === undefined || key === undefined) {
    throw invalidParameter("Please provide a source for function code.");
  }
  if (origin.S3ObjectStorageMode === "REFERENCE") {
    throw invalidParameter("Lambkin copies deployment packages; S3ObjectStorageMode can only be COPY.");
  }
  return fetchCode(dependencies, scope, { bucket, key, versionId });
}

function checkedZip(zip: Uint8Array): Buffer {
  if (zip.length === 0) throw invalidParameter("Uploaded file must be a non-empty zip");
  if (zip.length > LAMBDA_LIMITS.codeZippedBytesMax) {
    throw new ApiError(
      "RequestEntityTooLargeException",
      `Zipped size must be smaller than ${LAMBDA_LIMITS.codeZippedBytesMax} bytes`,
    );
  }
  return Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength);
}

async function fetchCode(
  { code, objects }: Pick<LambdaDependencies, "code" | "objects">,
  scope: Scope,
  location: ObjectLocation,
): Promise<StoredCode> {
  if (objects === undefined) {
    throw invalidParameter(
      "Lambkin has no S3 of its own yet: set LAMBKIN_S3_ENDPOINT_URL to an S3-compatible server, or send a ZipFile.",
    );
  }
  try {
    // The 50 MB bound is for archives inside requests. Source: "Lambda quotas" page.
    return await code.storeFrom(objects.read(scope, location, LAMBDA_LIMITS.codeUnzippedBytesMax));
  } catch (error) {
    throw error instanceof ObjectReadError ? refusalOf(error.failure, location) : error;
  }
}

const WHILE_READING = "Error occurred while GetObject.";

/** S3's own words as AWS passes them on: the first two recorded, the third from S3's error code list. */
const S3_MESSAGES: Readonly<Record<string, string>> = {
  NoSuchBucket: "The specified bucket does not exist",
  NoSuchKey: "The specified key does not exist.",
  NoSuchVersion: "The specified version does not exist.",
};

function refusalOf(failure: ObjectReadFailure, { bucket, key }: ObjectLocation): ApiError {
  switch (failure.kind) {
    case "tooLarge":
      return unzippedTooLarge(LAMBDA_LIMITS.codeUnzippedBytesMax);
    case "failed":
      return invalidParameter(`${WHILE_READING} ${failure.message} (LAMBKIN_S3_ENDPOINT_URL)`);
    case "refused": {
      const { code } = failure;
      const words = `S3 Error Code: ${code}. S3 Error Message: ${S3_MESSAGES[code] ?? failure.message}`;
      if (code !== "AccessDenied") return invalidParameter(`${WHILE_READING} ${words}`);
      // Widely reported.
      return accessDenied(
        "Your access has been denied by S3, please make sure your request credentials have permission to " +
          `GetObject for ${bucket}/${key}. ${words}`,
      );
    }
    default:
      return failure satisfies never;
  }
}
