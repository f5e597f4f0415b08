/** The variables a function finds, in AWS's order of precedence. Source: environments recorded on AWS. */
import type { FunctionVersion, Scope } from "../../model/mod.ts";
import type { InitializationType } from "../platform/platform-event.ts";
import type { RuntimeChoice } from "../runtimes/runtime-catalogue.ts";
import type { GuestPaths, IsolationDriverName } from "../sandbox/sandbox.ts";

export interface EnvironmentVariablesInput {
  readonly scope: Scope;
  readonly target: FunctionVersion;
  readonly initializationType: InitializationType;
  readonly choice: RuntimeChoice;
  readonly paths: GuestPaths;
  readonly isolation: IsolationDriverName;
  readonly logStream: string;
  /** `host:port`; managed runtimes do without, extensions in their process do not. */
  readonly runtimeApiAddress: string;
  /** Lambkin's own endpoint, as functions reach it. */
  readonly endpointUrl: string;
  /** Variables that hold them, or say where they are. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly hostPath: string;
}

/** Later groups win: what customers may override, theirs, credentials, what is reserved. */
export function environmentVariables(input: EnvironmentVariablesInput): Record<string, string> {
  const { scope, target, choice, paths, credentials } = input;
  const { settings } = target;
  const { language } = choice.runtime;
  return {
    ...overridable(input),
    ...settings.Environment?.Variables,
    ...credentials,
    AWS_REGION: scope.region,
    AWS_DEFAULT_REGION: scope.region,
    AWS_LAMBDA_FUNCTION_NAME: target.name,
    AWS_LAMBDA_FUNCTION_VERSION: target.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.MemorySize),
    AWS_LAMBDA_LOG_GROUP_NAME: settings.LoggingConfig.LogGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: input.logStream,
    AWS_LAMBDA_INITIALIZATION_TYPE: input.initializationType,
    ...(settings.LoggingConfig.LogFormat === "JSON" && {
      AWS_LAMBDA_LOG_FORMAT: "JSON",
      AWS_LAMBDA_LOG_LEVEL: settings.LoggingConfig.ApplicationLogLevel ?? "INFO",
    }),
    ...(language !== "provided" && { AWS_EXECUTION_ENV: `AWS_Lambda_${choice.runtime.id}` }),
    AWS_LAMBDA_RUNTIME_API: input.runtimeApiAddress,
    _HANDLER: settings.Handler ?? "",
    LAMBDA_TASK_ROOT: paths.code,
    LAMBDA_RUNTIME_DIR: paths.runtime,
    TZ: ":UTC",
    ...(language !== "provided" && { PWD: paths.code, SHLVL: "0" }),
    // Without isolation layers are not at /opt; our runtimes ask where they are.
    ...(input.isolation === "process" && { _LAMBKIN_LAYERS: paths.layers }),
  };
}

/** What an interpreter is started with before it is known for which function; all of it comes again with the function's. */
export function startupVariables(choice: RuntimeChoice, paths: GuestPaths): Record<string, string> {
  const general = { choice, paths, isolation: "bubblewrap", hostPath: "", endpointUrl: "" } as const;
  return {
    ...overridable(general),
    LAMBDA_TASK_ROOT: paths.code,
    LAMBDA_RUNTIME_DIR: paths.runtime,
    TZ: ":UTC",
    PWD: paths.code,
    SHLVL: "0",
  };
}

function overridable(
  input: Pick<EnvironmentVariablesInput, "paths" | "choice" | "isolation" | "hostPath" | "endpointUrl">,
): Record<string, string> {
  const { paths, choice } = input;
  const { language, version } = choice.runtime;
  const { layers, runtime, code } = paths;
  const isIsolated = input.isolation !== "process";
  const languageBin = isIsolated && language !== "provided" ? "/var/lang/bin:" : "";
  const system = isIsolated ? "/usr/local/bin:/usr/bin/:/bin" : input.hostPath;
  return {
    LANG: "en_US.UTF-8",
    PATH: `${languageBin}${system}:${layers}/bin`,
    AWS_XRAY_CONTEXT_MISSING: "LOG_ERROR",
    AWS_XRAY_DAEMON_ADDRESS: "169.254.100.1:2000",
    _AWS_XRAY_DAEMON_ADDRESS: "169.254.100.1",
    _AWS_XRAY_DAEMON_PORT: "2000",
    AWS_ENDPOINT_URL: input.endpointUrl,
    ...(isIsolated && {
      LD_LIBRARY_PATH: `/var/lang/lib:/lib64:/usr/lib64:${runtime}:${runtime}/lib:${code}:${code}/lib:${layers}/lib`,
    }),
    ...(language === "python" && { LC_CTYPE: "C.UTF-8", PYTHONPATH: runtime }),
    ...(language === "ruby" && {
      GEM_PATH: `${code}/vendor/bundle/ruby/${version}.0:${layers}/ruby/gems/${version}.0`,
      RUBYLIB: `${code}:${layers}/ruby/lib`,
    }),
    ...(language === "nodejs" && {
      NODE_PATH: [
        `${layers}/nodejs/node${version}/node_modules`,
        `${layers}/nodejs/node_modules`,
        `${runtime}/node_modules`,
        runtime,
        code,
      ].join(":"),
    }),
  };
}

/** Keys that CreateFunction refuses. Source: "Defined runtime environment variables" page. */
export const RESERVED_VARIABLES: ReadonlySet<string> = new Set([
  "_HANDLER",
  "_X_AMZN_TRACE_ID",
  "AWS_DEFAULT_REGION",
  "AWS_REGION",
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_INITIALIZATION_TYPE",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_ACCESS_KEY",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_LAMBDA_RUNTIME_API",
  "LAMBDA_TASK_ROOT",
  "LAMBDA_RUNTIME_DIR",
]);
