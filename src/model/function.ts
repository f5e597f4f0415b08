/** A Lambda function as it is stored: settings shared by all versions, and one configuration per version. */
import type { DeploymentPackage } from "./deployment-package.ts";
import type { LayerReference } from "./layer.ts";

export const LATEST = "$LATEST";

/** Whether this run is one too many of the same function in one chain of requests, and nobody wants that. */
export function isLoop(
  { recursiveLoop }: FunctionShared,
  { earlierRuns }: { readonly earlierRuns: number },
): boolean {
  return recursiveLoop !== "Allow" && earlierRuns >= RUNS_IN_CHAIN_MAX;
}

/** Source: "Use Lambda recursive loop detection" page: approximately 16. */
const RUNS_IN_CHAIN_MAX = 16;

/** Whether its environments come from a snapshot, as far as the runtime can. Source: "Improving startup performance" page. */
export function isSnapStart({ version, settings }: Pick<FunctionVersion, "version" | "settings">): boolean {
  return version !== LATEST && settings.SnapStart.ApplyOn === "PublishedVersions";
}

/** `FunctionConfiguration` members that are the caller's own settings, kept as they came (wire names). */
export interface FunctionSettings {
  readonly Runtime?: string;
  readonly Role: string;
  readonly Handler?: string;
  readonly Description: string;
  readonly Timeout: number;
  readonly MemorySize: number;
  readonly Environment?: { readonly Variables: Readonly<Record<string, string>> };
  readonly EphemeralStorage: { readonly Size: number };
  readonly Architectures: readonly string[];
  readonly PackageType: string;
  readonly TracingConfig: { readonly Mode: string };
  readonly LoggingConfig: {
    readonly LogFormat: string;
    readonly LogGroup: string;
    readonly ApplicationLogLevel?: string;
    readonly SystemLogLevel?: string;
  };
  readonly SnapStart: { readonly ApplyOn: string; readonly OptimizationStatus: string };
  readonly VpcConfig?: Readonly<Record<string, unknown>>;
  readonly DeadLetterConfig?: { readonly TargetArn?: string };
  readonly KMSKeyArn?: string;
  readonly Layers?: readonly LayerReference[];
  readonly FileSystemConfigs?: readonly { readonly Arn: string; readonly LocalMountPath: string }[];
  /** Shown as `ImageConfigResponse`. */
  readonly ImageConfig?: {
    readonly EntryPoint?: readonly string[];
    readonly Command?: readonly string[];
    readonly WorkingDirectory?: string;
  };
  readonly TenancyConfig?: Readonly<Record<string, unknown>>;
}

/** `Failed`: a published version whose init failed when its snapshot was taken. */
export type FunctionState = "Pending" | "Active" | "Failed";
export type UpdateStatus = "InProgress" | "Successful";

/** One version's record: `$LATEST`, which changes, or a published number, of which only the state changes. */
export interface FunctionVersion {
  readonly name: string;
  readonly version: string;
  readonly settings: FunctionSettings;
  readonly code: DeploymentPackage;
  readonly state: FunctionState;
  /** Absent until the function was active for the first time. */
  readonly updateStatus?: UpdateStatus;
  readonly revisionId: string;
  readonly lastModifiedMs: number;
  /** New with every change of code or settings: an execution environment serves exactly one of them. */
  readonly configurationId: string;
  /** Published versions: `$LATEST`'s description at the time, which a description of one's own may have replaced. */
  readonly sourceDescription?: string;
}

/** What all versions of a function share. */
export interface FunctionShared {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Undefined: the function draws on the account's unreserved concurrency. */
  readonly reservedConcurrency?: number;
  /** Whether calls that lead back to their own function in a loop are stopped; undefined is `Terminate`. */
  readonly recursiveLoop?: string;
  readonly codeSigningConfigArn?: string;
  /** The highest version number ever published; numbers are not used again. */
  readonly lastPublishedVersion?: number;
}

/** A name for a version, or for two that share the traffic. */
export interface FunctionAlias {
  readonly functionName: string;
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly revisionId: string;
  /** The other version and its share of the calls, 0 to 1. */
  readonly additional?: { readonly version: string; readonly weight: number };
}
