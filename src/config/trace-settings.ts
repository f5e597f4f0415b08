/**
 * Where traces go: OpenTelemetry's own variables, as far as they fit, and `LAMBKIN_OTLP_ENDPOINT`, which is for this server only
 * and goes before them. Sources: "OpenTelemetry Protocol Exporter" and "General SDK Configuration" specifications.
 */
import { ConfigError } from "./config-error.ts";

export interface TraceSettings {
  /** Of the collector: http or https. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  /** Share of the chains that are sent, 0 to 1. */
  readonly ratio: number;
}

type Variables = Readonly<Record<string, string | undefined>>;

const PATH = "v1/traces";

/** Undefined: nothing is traced. Throws ConfigError. */
export function traceSettings(env: Variables): TraceSettings | undefined {
  const endpoint = isSwitchedOff(env) ? undefined : endpointOf(env);
  if (endpoint === undefined) return undefined;
  return {
    url: endpoint,
    headers: headersOf(env),
    serviceName: env["OTEL_SERVICE_NAME"] || "lambkin",
    ratio: ratioOf(env),
  };
}

function isSwitchedOff(env: Variables): boolean {
  const exporter = env["OTEL_TRACES_EXPORTER"];
  return env["OTEL_SDK_DISABLED"]?.toLowerCase() === "true" || (!!exporter && exporter !== "otlp");
}

function endpointOf(env: Variables): string | undefined {
  const own = env["LAMBKIN_OTLP_ENDPOINT"];
  if (own) return address("LAMBKIN_OTLP_ENDPOINT", own, PATH);
  const ofTraces = env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
  const ofAll = env["OTEL_EXPORTER_OTLP_ENDPOINT"];
  if (!ofTraces && !ofAll) return undefined;
  const protocol = env["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] || env["OTEL_EXPORTER_OTLP_PROTOCOL"];
  if (protocol === "grpc") {
    throw new ConfigError(
      "OTEL_EXPORTER_OTLP_PROTOCOL=grpc is not spoken here: set LAMBKIN_OTLP_ENDPOINT to the collector's HTTP address " +
        "(often port 4318), or OTEL_TRACES_EXPORTER=none.",
    );
  }
  // What is said of traces alone is taken as it is.
  if (ofTraces) return address("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", ofTraces, "");
  return address("OTEL_EXPORTER_OTLP_ENDPOINT", ofAll ?? "", PATH);
}

function address(name: string, text: string, path: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "") {
    throw new ConfigError(`${name} must be an http or https address such as http://127.0.0.1:4318.`);
  }
  if (path !== "") url.pathname = `${url.pathname.replace(/\/+$/, "")}/${path}`;
  return url.href;
}

/** `name=value,name=value`, percent-encoded. */
function headersOf(env: Variables): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"]) {
    for (const pair of env[name]?.split(",") ?? []) {
      if (pair.trim() === "") continue;
      const at = pair.indexOf("=");
      const key = pair.slice(0, at).trim();
      const value = decoded(pair.slice(at + 1).trim());
      if (at < 1 || !/^[\w!#$%&'*+.^`|~-]+$/.test(key) || value === undefined) {
        // Not shown: it may hold a key.
        throw new ConfigError(`${name} must be pairs such as name=value,name=value.`);
      }
      headers[key.toLowerCase()] = value;
    }
  }
  return headers;
}

function decoded(text: string): string | undefined {
  try {
    const value = decodeURIComponent(text);
    return /^[\t\x20-\x7e]*$/.test(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The `parentbased_` samplers are taken for what they do with a chain that begins here: callers that leave X-Ray's tracing off
 * (Sampled=0, the rule on AWS) would otherwise hide everything.
 */
function ratioOf(env: Variables): number {
  const sampler = env["OTEL_TRACES_SAMPLER"]?.replace(/^parentbased_/, "") || "always_on";
  if (sampler === "always_on") return 1;
  if (sampler === "always_off") return 0;
  if (sampler !== "traceidratio") {
    throw new ConfigError("OTEL_TRACES_SAMPLER must be always_on, always_off or traceidratio.");
  }
  const ratio = Number(env["OTEL_TRACES_SAMPLER_ARG"] || "1");
  if (!(ratio >= 0 && ratio <= 1)) {
    throw new ConfigError("OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1.");
  }
  return ratio;
}
