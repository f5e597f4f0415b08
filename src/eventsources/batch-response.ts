/**
 * What a function with ReportBatchItemFailures says of its batch.
 * Source: "Using Lambda with Amazon SQS", "Success and failure conditions"; the forms are recorded on AWS.
 */

/** The ids that failed; all of them where the answer names one that is not of the batch, or cannot be understood. */
export function failedItems(payload: Buffer, ids: ReadonlySet<string>): ReadonlySet<string> {
  const failures = reportedFailures(payload.toString("utf8"));
  if (failures === undefined) return ids;
  const failed = new Set<string>();
  for (const failure of failures) {
    const id = memberOf(failure, "itemIdentifier");
    if (typeof id !== "string" || !ids.has(id)) return ids;
    failed.add(id);
  }
  return failed;
}

/** Undefined for what is no answer. An object without the member says that nothing failed. */
function reportedFailures(text: string): readonly unknown[] | undefined {
  if (text.trim() === "") return [];
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (answer === null || answer === "") return [];
  if (Array.isArray(answer)) return answer.length === 0 ? [] : undefined;
  if (typeof answer !== "object") return undefined;
  const failures = memberOf(answer, "batchItemFailures") ?? [];
  return Array.isArray(failures) ? failures : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
