/** What a version runs: an archive that is kept here, or a container image that is kept elsewhere. */

export type DeploymentPackage = ZipPackage | ImagePackage;

export interface ZipPackage {
  readonly kind: "zip";
  /** Base64 SHA-256 of the archive; also the name (in hex) of its blob. */
  readonly sha256: string;
  readonly bytes: number;
  readonly unzippedBytes: number;
  /** Kept and shown; nothing is encrypted with it. */
  readonly sourceKmsKeyArn?: string;
}

export interface ImagePackage {
  readonly kind: "image";
  /** As the caller named it. */
  readonly uri: string;
  /** The same image by its digest, whatever the tag comes to mean later. */
  readonly resolvedUri: string;
  /** SHA-256 in hex. */
  readonly digest: string;
}

/** `CodeSha256` of the API: base64 for archives, hex for images (recorded). */
export function codeSha256Of(code: DeploymentPackage): string {
  return code.kind === "zip" ? code.sha256 : code.digest;
}

/** `CodeSize` of the API: 0 for images (recorded). */
export function codeBytesOf(code: DeploymentPackage): number {
  return code.kind === "zip" ? code.bytes : 0;
}
