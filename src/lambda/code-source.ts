/** The code a request brings: checked, unpacked and kept, or refused in AWS's words. */
import type { FunctionCode } from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../config/mod.ts";
import { ApiError, invalidParameter } from "../errors/mod.ts";
import type { CodeStorage, StoredCode } from "../store/mod.ts";

/** Durable when the promise resolves. Throws InvalidParameterValueException, RequestEntityTooLargeException. */
export async function storeCode(source: FunctionCode, code: CodeStorage): Promise<StoredCode> {
  const { ZipFile: zip, S3Bucket: bucket, ImageUri: imageUri } = source;
  if (imageUri !== undefined) {
    throw invalidParameter("Lambkin does not run container images yet; use a deployment package (Zip).");
  }
  if (zip !== undefined && (bucket !== undefined || source.S3Key !== undefined)) {
    throw invalidParameter("Please do not provide other FunctionCode parameters when providing a ZipFile.");
  }
  if (bucket !== undefined) {
    // True as it stands: there is no S3 here yet, so there is no such bucket. The text is recorded on AWS.
    throw invalidParameter(
      "Error occurred while GetObject. S3 Error Code: NoSuchBucket. " +
        "S3 Error Message: The specified bucket does not exist",
    );
  }
  if (zip === undefined) throw invalidParameter("Please provide a source for function code.");
  if (zip.length === 0) throw invalidParameter("Uploaded file must be a non-empty zip");
  if (zip.length > LAMBDA_LIMITS.codeZippedBytesMax) {
    throw new ApiError(
      "RequestEntityTooLargeException",
      `Zipped size must be smaller than ${LAMBDA_LIMITS.codeZippedBytesMax} bytes`,
    );
  }
  return code.store(Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength));
}
