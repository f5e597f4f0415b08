/** From the code members of a request to the package that a version runs. */
import { createHash } from "node:crypto";
import type { FunctionCode } from "@aws-sdk/client-lambda";
import { type ApiError, invalidParameter } from "../errors/mod.ts";
import type { DeploymentPackage, ImagePackage, Scope, ZipPackage } from "../model/mod.ts";
import { storeCode } from "./code-source.ts";
import type { LambdaDependencies } from "./dependencies.ts";

/**
 * An archive is durable when the promise resolves. Throws InvalidParameterValueException,
 * RequestEntityTooLargeException, AccessDeniedException.
 */
export async function deploymentPackage(
  dependencies: Pick<LambdaDependencies, "code" | "objects">,
  scope: Scope,
  packageType: string,
  source: FunctionCode,
): Promise<DeploymentPackage> {
  return packageType === "Image" ? imagePackage(scope, source) : zipPackage(dependencies, scope, source);
}

/** An ImageUri alone is no source of an archive; AWS passes over it (reported). */
async function zipPackage(
  dependencies: Pick<LambdaDependencies, "code" | "objects">,
  scope: Scope,
  source: FunctionCode,
): Promise<ZipPackage> {
  const stored = await storeCode(dependencies, scope, source);
  // The service model lets the ARN be empty, which is none.
  return {
    kind: "zip",
    ...stored,
    ...(source.SourceKMSKeyArn && { sourceKmsKeyArn: source.SourceKMSKeyArn }),
  };
}

/**
 * A repository of Amazon ECR with a tag, a digest, or both. Source: "Create a Lambda function using a container image"
 * page; the repository's name is the ECR service model's pattern.
 */
const IMAGE_URI = new RegExp(
  "^(?<repository>\\d{12}\\.dkr\\.ecr(?:-fips)?\\.(?<region>[a-z0-9-]+)\\.amazonaws\\.com(?:\\.cn)?/" +
    "(?<name>[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*))" +
    "(?<tag>:\\w[\\w.-]{0,127})?(?:@sha256:(?<digest>[0-9a-f]{64}))?$",
);

const REPOSITORY_NAME_CHARACTERS_MAX = 256;

/** Throws InvalidParameterValueException. */
function imagePackage(scope: Scope, source: FunctionCode): ImagePackage {
  const { ImageUri: uri, ZipFile, S3Bucket, S3Key, S3ObjectVersion, SourceKMSKeyArn } = source;
  if ((ZipFile ?? S3Bucket ?? S3Key ?? S3ObjectVersion) !== undefined || SourceKMSKeyArn) {
    throw invalidParameter("Please provide only ImageUri when the intended function PackageType is Image.");
  }
  // Assumed to be what AWS says to a function without any source.
  if (uri === undefined) throw invalidParameter("Please provide a source for function code.");
  const { repository, region, name = "", tag, digest } = IMAGE_URI.exec(uri)?.groups ?? {};
  const isNamed = tag !== undefined || digest !== undefined;
  // Images come from the function's own region. Source: the page above.
  if (!isNamed || region !== scope.region || name.length > REPOSITORY_NAME_CHARACTERS_MAX) {
    throw invalidImage(uri);
  }
  // No registry is asked what a tag means: the digest that stands for it is the name's own, and so stays the same.
  const resolved = digest ?? createHash("sha256").update(uri).digest("hex");
  return { kind: "image", uri, resolvedUri: `${repository}@sha256:${resolved}`, digest: resolved };
}

/** Reported by users, for repositories elsewhere and for images without a tag. */
function invalidImage(uri: string): ApiError {
  return invalidParameter(`Source image ${uri} is not valid. Provide a valid source image.`);
}
