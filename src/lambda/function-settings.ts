/** Turns what CreateFunction and UpdateFunctionConfiguration ask for into settings, with the rules across members. */
import type { CreateFunctionRequest, UpdateFunctionConfigurationRequest } from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../config/mod.ts";
import { RESERVED_VARIABLES, type RuntimeCatalogue } from "../dataplane/mod.ts";
import { ApiError, invalidParameter, validationError } from "../errors/mod.ts";
import {
  type FunctionSettings,
  findRuntime,
  isDeprecatedRuntime,
  type LayerReference,
  SUPPORTED_RUNTIMES,
} from "../model/mod.ts";
import { checkDeadLetterTarget } from "./dead-letter-target.ts";

export interface SettingsContext {
  readonly runtimes: RuntimeCatalogue;
  readonly architecture: string;
}

/** The members that both requests have; layers are looked up first. */
type Asked = Omit<UpdateFunctionConfigurationRequest, "FunctionName" | "RevisionId" | "Layers"> & {
  readonly Layers?: readonly LayerReference[] | undefined;
};

type AskedAtCreation = Omit<CreateFunctionRequest, "Layers"> & Pick<Asked, "Layers">;

/** Settings of a new function, with AWS's defaults. Throws InvalidParameterValueException, ValidationException. */
export function createdSettings(request: AskedAtCreation, context: SettingsContext): FunctionSettings {
  const name = request.FunctionName ?? "";
  const PackageType = request.PackageType ?? "Zip";
  if (PackageType === "Zip" && (request.Runtime === undefined || request.Handler === undefined)) {
    throw invalidParameter(
      "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
    );
  }
  const defaults: FunctionSettings = {
    Role: request.Role ?? "",
    Description: "",
    Timeout: LAMBDA_LIMITS.timeoutSecondsDefault,
    MemorySize: LAMBDA_LIMITS.memoryMibDefault,
    EphemeralStorage: { Size: LAMBDA_LIMITS.ephemeralStorageMibDefault },
    Architectures: architectures(request.Architectures, context),
    PackageType,
    TracingConfig: { Mode: "PassThrough" },
    LoggingConfig: { LogFormat: "Text", LogGroup: `/aws/lambda/${name}` },
    SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
    ...(request.TenancyConfig !== undefined && { TenancyConfig: { ...request.TenancyConfig } }),
  };
  return mergedSettings(defaults, request, context);
}

/** What is asked for replaces what was; what is not asked for stays. */
export function mergedSettings(
  before: FunctionSettings,
  asked: Asked,
  context: SettingsContext,
): FunctionSettings {
  checkNumbers(asked);
  if (asked.Runtime !== undefined) checkRuntime(asked.Runtime, context.runtimes);
  if (asked.Handler?.includes("\0")) throw invalidParameter("Handler must not contain NUL characters.");
  checkVariables(asked.Environment?.Variables);
  checkDeadLetterTarget(asked.DeadLetterConfig?.TargetArn);
  refuseUnbuilt(asked);
  const { DeadLetterConfig: deadLetterBefore, ImageConfig: imageBefore, ...rest } = before;
  const deadLetter = asked.DeadLetterConfig ?? deadLetterBefore;
  const merged: FunctionSettings = {
    ...rest,
    ...definedOf({
      Role: asked.Role,
      Handler: asked.Handler,
      Description: asked.Description,
      Timeout: asked.Timeout,
      MemorySize: asked.MemorySize,
      Runtime: asked.Runtime,
      KMSKeyArn: asked.KMSKeyArn,
      // The service model requires both members.
      FileSystemConfigs: asked.FileSystemConfigs?.map(({ Arn = "", LocalMountPath = "" }) => ({
        Arn,
        LocalMountPath,
      })),
      Layers: asked.Layers,
    }),
    // `Environment` appears only once somebody sent it (recorded).
    ...(asked.Environment !== undefined && { Environment: { Variables: asked.Environment.Variables ?? {} } }),
    ...(asked.EphemeralStorage?.Size !== undefined && {
      EphemeralStorage: { Size: asked.EphemeralStorage.Size },
    }),
    ...(asked.TracingConfig?.Mode !== undefined && { TracingConfig: { Mode: asked.TracingConfig.Mode } }),
    ...(asked.VpcConfig !== undefined && { VpcConfig: { ...asked.VpcConfig } }),
    ...(asked.SnapStart?.ApplyOn !== undefined && {
      SnapStart: { ApplyOn: asked.SnapStart.ApplyOn, OptimizationStatus: "Off" },
    }),
    // An empty target clears the dead-letter queue.
    ...(deadLetter?.TargetArn ? { DeadLetterConfig: { TargetArn: deadLetter.TargetArn } } : {}),
    ...mergedImage(imageBefore, asked.ImageConfig),
    LoggingConfig: mergedLogging(before.LoggingConfig, asked.LoggingConfig),
  };
  checkSnapStart(merged);
  return merged;
}

const SNAP_START_RUNTIME = /^(java(1[1-9]|2\d)|python3\.(1[2-9]|2\d)|dotnet([89]|\d\d))/;

/** That the runtime is told is recorded on AWS; the other refusals follow its "SnapStart" page in words of our own. */
function checkSnapStart(settings: FunctionSettings): void {
  const { PackageType, Runtime, SnapStart, FileSystemConfigs, EphemeralStorage } = settings;
  if (SnapStart.ApplyOn !== "PublishedVersions") return;
  if (PackageType === "Image") throw invalidParameter("SnapStart is not supported for container images.");
  if (!SNAP_START_RUNTIME.test(Runtime ?? "")) {
    throw invalidParameter(`${Runtime} is not supported for SnapStart enabled functions.`);
  }
  if ((FileSystemConfigs ?? []).length > 0) {
    throw invalidParameter("SnapStart is not supported for functions with a file system.");
  }
  if (EphemeralStorage.Size > LAMBDA_LIMITS.ephemeralStorageMibDefault) {
    throw invalidParameter(
      `SnapStart is not supported for functions with more than ${LAMBDA_LIMITS.ephemeralStorageMibDefault} MB of ephemeral storage.`,
    );
  }
}

/** Throws ValidationException: the model leaves these upper bounds to the service. */
function checkNumbers(asked: Asked): void {
  const failures: string[] = [];
  const check = (value: number | undefined, member: string, max: number): void => {
    if (value === undefined || value <= max) return;
    failures.push(
      `Value '${value}' at '${member}' failed to satisfy constraint: Member must have value less than or equal to ${max}`,
    );
  };
  check(asked.Timeout, "timeout", LAMBDA_LIMITS.timeoutSecondsMax);
  check(asked.MemorySize, "memorySize", LAMBDA_LIMITS.memoryMibMax);
  if (failures.length > 0) throw validationError(failures);
  for (const value of [asked.Timeout, asked.MemorySize, asked.EphemeralStorage?.Size]) {
    if (value !== undefined && !Number.isInteger(value)) {
      throw new ApiError("SerializationException", "FLOAT_VALUE can not be converted to an Integer");
    }
  }
}

/** The texts of both refusals are recorded on AWS. */
function checkRuntime(id: string, runtimes: RuntimeCatalogue): void {
  if (isDeprecatedRuntime(id)) {
    throw invalidParameter(
      `The runtime parameter of ${id} is no longer supported for creating or updating AWS Lambda functions. ` +
        "We recommend you use a supported runtime while creating or updating functions.",
    );
  }
  if (findRuntime(id) === undefined) {
    const known = SUPPORTED_RUNTIMES.map((runtime) => runtime.id).join(", ");
    throw invalidParameter(
      `Value ${id} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${known}] or be a valid ARN`,
    );
  }
  if (runtimes.choose(id) === undefined) {
    throw invalidParameter(
      `Runtime ${id} is not installed on the machine that runs Lambkin, and nothing may stand in for it.`,
    );
  }
}

/** The 4 KB text is recorded on AWS; the reserved-keys text is widely reported. */
function checkVariables(variables: Readonly<Record<string, string>> | undefined): void {
  if (variables === undefined) return;
  const prefix =
    "Lambda was unable to configure your environment variables because the environment variables you have provided";
  const reserved = Object.keys(variables).filter((key) => RESERVED_VARIABLES.has(key));
  if (reserved.length > 0) {
    throw invalidParameter(
      `${prefix} contains reserved keys that are currently not supported for modification. ` +
        `Reserved keys used in this request: ${reserved.join(", ")}`,
    );
  }
  const measured = JSON.stringify(variables);
  if (Buffer.byteLength(measured) > LAMBDA_LIMITS.environmentBytesMax) {
    throw invalidParameter(`${prefix} exceeded the 4KB limit. String measured: ${measured}`);
  }
  if (measured.includes("\\u0000")) {
    throw invalidParameter("Environment variables must not contain NUL characters.");
  }
}

/** Accepting these in silence would promise what does not happen. */
function refuseUnbuilt(asked: Asked): void {
  if (asked.CapacityProviderConfig !== undefined) {
    throw invalidParameter("CapacityProviderConfig isn't supported for Lambda Default functions.");
  }
  if (asked.DurableConfig !== undefined) {
    throw invalidParameter("Lambkin does not run durable functions yet; leave DurableConfig out.");
  }
}

/** Throws InvalidParameterValueException for what this machine cannot run. */
export function architectures(
  asked: readonly string[] | undefined,
  { architecture }: SettingsContext,
): string[] {
  const wanted = asked?.[0] ?? architecture;
  if (wanted !== architecture) {
    throw invalidParameter(`This machine runs ${architecture} functions; it cannot run ${wanted}.`);
  }
  return [wanted];
}

/** Replaced as a whole; an empty one gives the image its own settings back (recall). */
function mergedImage(
  before: FunctionSettings["ImageConfig"],
  asked: Asked["ImageConfig"],
): Pick<FunctionSettings, "ImageConfig"> {
  if (asked === undefined) return before === undefined ? {} : { ImageConfig: before };
  const { EntryPoint, Command, WorkingDirectory } = asked;
  const ImageConfig = definedOf({ EntryPoint, Command, WorkingDirectory });
  return Object.keys(ImageConfig).length === 0 ? {} : { ImageConfig };
}

type Logging = FunctionSettings["LoggingConfig"];

/** JSON brings its default levels, Text takes levels away. Source: answers recorded on AWS. */
function mergedLogging(before: Logging, asked: Asked["LoggingConfig"]): Logging {
  if (asked === undefined) return before;
  const LogFormat = asked.LogFormat ?? before.LogFormat;
  const LogGroup = asked.LogGroup ?? before.LogGroup;
  if (LogFormat === "Text") {
    if (asked.ApplicationLogLevel !== undefined || asked.SystemLogLevel !== undefined) {
      throw invalidParameter(
        'LogLevel is not supported when LogFormat is set to "Text". ' +
          'Remove LogLevel from your request or change the LogFormat to "JSON" and try again.',
      );
    }
    return { LogFormat, LogGroup };
  }
  return {
    LogFormat,
    ApplicationLogLevel: asked.ApplicationLogLevel ?? before.ApplicationLogLevel ?? "INFO",
    SystemLogLevel: asked.SystemLogLevel ?? before.SystemLogLevel ?? "INFO",
    LogGroup,
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function definedOf<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;
}
