/** Reads what was sent to a collector by OpenTelemetry's own schema, in Python. */
import { spawn, spawnSync } from "node:child_process";
import path from "node:path";
import { PROJECT } from "./server.ts";

/** `npm test` installs what it needs. */
const PYTHON = path.join(PROJECT, ".cache/venv/bin/python");

/** Ids are hexadecimal in OTLP's JSON; the usual reader of JSON expects base64 for bytes. Everything else is as the schema says. */
const SCRIPT = `
import base64, json, sys
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
names = []
for body in json.load(sys.stdin):
    document = json.loads(body)
    for resource in document["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                for key in ("traceId", "spanId", "parentSpanId"):
                    if key in span: span[key] = base64.b64encode(bytes.fromhex(span[key])).decode()
    request = json_format.ParseDict(document, ExportTraceServiceRequest())
    for resource in request.resource_spans:
        assert any(each.key == "service.name" for each in resource.resource.attributes)
        for scope in resource.scope_spans:
            for span in scope.spans:
                assert len(span.trace_id) == 16 and len(span.span_id) == 8 and len(span.parent_span_id) in (0, 8)
                assert 10**18 < span.start_time_unix_nano <= span.end_time_unix_nano
                names.append(span.name)
print(json.dumps(names))
`;

/** Why the schema cannot be had; undefined where it can. */
export function otlpSchemaMissing(): string | undefined {
  const found = spawnSync(PYTHON, ["-c", "import opentelemetry.proto.trace.v1.trace_pb2"]).status === 0;
  return found ? undefined : "Python's opentelemetry-proto is not installed (npm test installs it)";
}

/** The names of all spans; rejects with Python's complaint where a body is not as the schema says. */
export async function namesBySchema(bodies: readonly string[]): Promise<string[]> {
  const child = spawn(PYTHON, ["-c", SCRIPT], { stdio: ["pipe", "pipe", "pipe"] });
  let [output, complaint] = ["", ""];
  child.stdout.on("data", (chunk) => {
    output += String(chunk);
  });
  child.stderr.on("data", (chunk) => {
    complaint += String(chunk);
  });
  child.stdin.end(JSON.stringify(bodies));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(complaint);
  return JSON.parse(output) as string[];
}
