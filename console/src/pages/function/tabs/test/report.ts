/** What an invocation cost, read from the REPORT line at the end of its log: as text, or as JSON where the function logs so. */

export interface Report {
  readonly durationMs?: number;
  readonly billedMs?: number;
  readonly initMs?: number;
  readonly memoryMb?: number;
  readonly usedMb?: number;
}

interface JsonLine {
  readonly type?: string;
  readonly record?: {
    readonly metrics?: {
      readonly durationMs?: number;
      readonly billedDurationMs?: number;
      readonly initDurationMs?: number;
      readonly memorySizeMB?: number;
      readonly maxMemoryUsedMB?: number;
    };
  };
}

/** Undefined when the log's tail has no such line. */
export function reportIn(log: string): Report | undefined {
  for (const line of log.split("\n").reverse()) {
    if (line.startsWith("REPORT RequestId: ")) return ofText(line);
    if (line.startsWith("{") && line.includes("platform.report")) {
      const report = ofJson(line);
      if (report !== undefined) return report;
    }
  }
  return undefined;
}

function ofText(line: string): Report {
  const fields = new Map<string, number>();
  for (const field of line.split("\t")) {
    const [name = "", value = ""] = field.split(": ");
    fields.set(name.trim(), Number.parseFloat(value));
  }
  return defined({
    durationMs: fields.get("Duration"),
    billedMs: fields.get("Billed Duration"),
    initMs: fields.get("Init Duration") ?? fields.get("Restore Duration"),
    memoryMb: fields.get("Memory Size"),
    usedMb: fields.get("Max Memory Used"),
  });
}

function ofJson(line: string): Report | undefined {
  let parsed: JsonLine;
  try {
    parsed = JSON.parse(line) as JsonLine;
  } catch {
    return undefined;
  }
  const metrics = parsed.record?.metrics;
  if (parsed.type !== "platform.report" || metrics === undefined) return undefined;
  return defined({
    durationMs: metrics.durationMs,
    billedMs: metrics.billedDurationMs,
    initMs: metrics.initDurationMs,
    memoryMb: metrics.memorySizeMB,
    usedMb: metrics.maxMemoryUsedMB,
  });
}

function defined(report: { readonly [Key in keyof Report]: number | undefined }): Report {
  return Object.fromEntries(
    Object.entries(report).filter(([, value]) => value !== undefined && !Number.isNaN(value)),
  );
}
