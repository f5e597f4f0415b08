/**
 * The server's settings as options: each is one of its environment variables, so that there is one list of rules. Keys have none:
 * what is typed can be read by other users.
 */
import { Option } from "commander";

export interface SettingOption {
  /** As commander names it: `dataDir` for `--data-dir`. */
  readonly key: string;
  readonly variable: string;
  readonly option: Option;
}

function setting(variable: string, flags: string, text: string, choices?: readonly string[]): SettingOption {
  const option = new Option(flags, `${text} (${variable})`);
  if (choices !== undefined) option.choices(choices);
  return { key: option.attributeName(), variable, option };
}

export const SETTINGS: readonly SettingOption[] = [
  setting("LAMBKIN_PORT", "--port <number>", "where it listens; 0 takes any"),
  setting("LAMBKIN_HOST", "--host <address>", "on which address; only loopback so far"),
  setting("LAMBKIN_FRONTS", "--fronts <number>", "threads that speak HTTP for the server"),
  setting("LAMBKIN_DATA_DIR", "--data-dir <folder>", "where everything is kept"),
  setting("LAMBKIN_ISOLATION", "--isolation <driver>", "how functions are isolated", [
    ...["auto", "bubblewrap", "oci", "process"],
  ]),
  setting("LAMBKIN_OCI_RUNTIME", "--oci-runtime <name>", "for the isolation oci", [
    ...["auto", "runc", "crun", "runsc"],
  ]),
  setting("LAMBKIN_NETWORK", "--network <kind>", "what functions reach", [
    ...["auto", "namespaces", "pasta", "host", "none"],
  ]),
  setting("LAMBKIN_RUNTIME_FALLBACK", "--runtime-fallback <switch>", "another version for a missing one", [
    ...["on", "off"],
  ]),
  setting("LAMBKIN_RUNTIMES_DIR", "--runtimes-dir <folder>", "further runtimes"),
  setting("LAMBKIN_FILE_SYSTEMS_DIR", "--file-systems-dir <folder>", "access points that functions mount"),
  setting("LAMBKIN_KEEP_ALIVE_SECONDS", "--keep-alive <seconds>", "how long an idle environment lives"),
  setting("LAMBKIN_MAX_AGE_SECONDS", "--max-age <seconds>", "how long any environment lives"),
  setting("LAMBKIN_IDLE_MEMORY_MB", "--idle-memory <MB>", "what idle environments may hold"),
  setting("LAMBKIN_ASYNC_RETRY_SECONDS", "--async-retry <seconds>", "until an event's second attempt"),
  setting("LAMBKIN_PARKED_MAX", "--parked-max <number>", "sandboxes of an interpreter made ahead"),
  setting("LAMBKIN_PARKED_MEMORY_MB", "--parked-memory <MB>", "what they may hold together"),
  setting("LAMBKIN_LOGS_MAX_MB", "--logs-max <MB>", "what all log groups may hold"),
  setting("LAMBKIN_ACCOUNT_CONCURRENCY", "--account-concurrency <number>", "the account's limit"),
  setting("LAMBKIN_REQUEST_RATE", "--request-rate <kind>", "how many calls a second", ["aws", "unlimited"]),
  setting("LAMBKIN_S3_ENDPOINT_URL", "--s3-endpoint <url>", "an S3 server that code is read from"),
  setting("LAMBKIN_SQS_ENDPOINT_URL", "--sqs-endpoint <url>", "another server's queues instead of its own"),
  setting("LAMBKIN_SNS_ENDPOINT_URL", "--sns-endpoint <url>", "a server whose topics results go to"),
  setting("LAMBKIN_EVENTBRIDGE_ENDPOINT_URL", "--eventbridge-endpoint <url>", "the same for event buses"),
  setting("LAMBKIN_KINESIS_ENDPOINT_URL", "--kinesis-endpoint <url>", "a server whose streams mappings read"),
  setting(
    "LAMBKIN_DYNAMODB_STREAMS_ENDPOINT_URL",
    "--dynamodb-streams-endpoint <url>",
    "the same for streams of tables",
  ),
  setting("LAMBKIN_OTLP_ENDPOINT", "--otlp-endpoint <url>", "a collector of traces"),
];

/** Only those that were given. */
export function settingVariables(options: Readonly<Record<string, unknown>>): Record<string, string> {
  const given = SETTINGS.flatMap(({ key, variable }) => {
    const value = options[key];
    return value === undefined ? [] : [[variable, String(value)] as const];
  });
  return Object.fromEntries(given);
}
