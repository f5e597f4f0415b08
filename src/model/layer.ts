/** Layers: code that functions share, in immutable versions. */
import type { Scope } from "./arn.ts";

export interface LayerVersion {
  readonly name: string;
  readonly version: number;
  readonly description: string;
  readonly licenseInfo?: string;
  readonly compatibleRuntimes?: readonly string[];
  readonly compatibleArchitectures?: readonly string[];
  /** Base64 SHA-256 of the zip. */
  readonly codeSha256: string;
  readonly codeBytes: number;
  readonly unzippedBytes: number;
  readonly createdAtMs: number;
  readonly policy?: { readonly revisionId: string; readonly statements: readonly LayerPolicyStatement[] };
}

export interface LayerPolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Principal: "*" | { readonly AWS: string };
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A layer version as a function refers to it: frozen, so that its deletion does not touch the function. */
export interface LayerReference {
  readonly Arn: string;
  readonly CodeSize: number;
  readonly CodeSha256: string;
  readonly UnzippedBytes: number;
}

export function layerArn(scope: Scope, name: string, version?: number): string {
  const arn = `arn:aws:lambda:${scope.region}:${scope.accountId}:layer:${name}`;
  return version === undefined ? arn : `${arn}:${version}`;
}

/** The name in a layer's name, ARN or version ARN. */
export function layerNameOf(given: string): string {
  return /^arn:[^:]*:lambda:[^:]*:\d{12}:layer:([^:]+)/.exec(given)?.[1] ?? given;
}
