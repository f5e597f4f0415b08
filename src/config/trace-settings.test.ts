/** Where traces go, by OpenTelemetry's variables and our own. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError } from "./config-error.ts";
import { traceSettings } from "./trace-settings.ts";

const HERE = { LAMBKIN_OTLP_ENDPOINT: "http://127.0.0.1:4318" };

describe("the settings of traces", () => {
  it("say nothing where nothing is set, or all is switched off", () => {
    assert.equal(traceSettings({}), undefined);
    assert.equal(traceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: "" }), undefined);
    assert.equal(traceSettings({ ...HERE, OTEL_SDK_DISABLED: "true" }), undefined);
    assert.equal(traceSettings({ ...HERE, OTEL_TRACES_EXPORTER: "none" }), undefined);
    const grpc = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4317", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" };
    assert.equal(traceSettings({ ...grpc, OTEL_TRACES_EXPORTER: "none" }), undefined);
  });

  it("have defaults", () => {
    assert.deepEqual(traceSettings(HERE), {
      url: "http://127.0.0.1:4318/v1/traces",
      headers: {},
      serviceName: "lambkin",
      ratio: 1,
    });
  });

  it("take an address of everything, one of traces as it is, and ours before both", () => {
    const all = { OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector/base/" };
    const traces = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://c:1/here" };
    assert.equal(traceSettings(all)?.url, "https://collector/base/v1/traces");
    assert.equal(traceSettings({ ...all, ...traces })?.url, "http://c:1/here");
    assert.equal(traceSettings({ ...all, ...traces, ...HERE })?.url, "http://127.0.0.1:4318/v1/traces");
  });

  it("take headers, a name and a sampler", () => {
    const settings = traceSettings({
      ...HERE,
      OTEL_EXPORTER_OTLP_HEADERS: "X-Key=a%20b%3D, tenant=1,",
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: "tenant=2",
      OTEL_SERVICE_NAME: "machine-7",
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0.25",
    });
    assert.deepEqual(settings?.headers, { "x-key": "a b=", tenant: "2" });
    assert.equal(settings?.serviceName, "machine-7");
    assert.equal(settings?.ratio, 0.25);
    assert.equal(traceSettings({ ...HERE, OTEL_TRACES_SAMPLER: "always_off" })?.ratio, 0);
  });

  for (const [wrong, message] of [
    [{ LAMBKIN_OTLP_ENDPOINT: "127.0.0.1:4318" }, /LAMBKIN_OTLP_ENDPOINT must be an http/],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4317", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
      /grpc is not spoken/,
    ],
    [{ ...HERE, OTEL_EXPORTER_OTLP_HEADERS: "secret" }, /OTEL_EXPORTER_OTLP_HEADERS must be pairs/],
    [{ ...HERE, OTEL_EXPORTER_OTLP_HEADERS: "a=%0d%0ab" }, /must be pairs/],
    [{ ...HERE, OTEL_TRACES_SAMPLER: "jaeger_remote" }, /OTEL_TRACES_SAMPLER must be/],
    [
      { ...HERE, OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "2" },
      /OTEL_TRACES_SAMPLER_ARG must be a number/,
    ],
  ] as const) {
    it(`are refused with a sentence: ${JSON.stringify(wrong)}`, () => {
      assert.throws(
        () => traceSettings(wrong),
        (error) => error instanceof ConfigError && message.test(error.message),
      );
    });
  }
});
