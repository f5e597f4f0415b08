/** What the three batch operations share: their entries are judged as a whole first, and then each fails alone. */
import type { BatchResultErrorEntry } from "@aws-sdk/client-sqs";
import { SQS_LIMITS } from "../../config/mod.ts";
import { ApiError } from "../../errors/mod.ts";
import { emptyBatch, entryIdsNotDistinct, invalidEntryId, tooManyEntries } from "./errors.ts";

const ID = /^[A-Za-z0-9_-]{1,80}$/;

/** Throws EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct. */
export function checkEntries<Entry extends { Id?: string | undefined }>(
  entries: readonly Entry[] | undefined,
  entryName: string,
): readonly (Entry & { Id: string })[] {
  if (entries === undefined || entries.length === 0) throw emptyBatch(entryName);
  const entriesMax = SQS_LIMITS.batchEntriesMax;
  if (entries.length > entriesMax) throw tooManyEntries(entriesMax, entries.length);
  const ids = new Set<string>();
  for (const { Id: id = "" } of entries) {
    if (!ID.test(id)) throw invalidEntryId();
    if (ids.has(id)) throw entryIdsNotDistinct(id);
    ids.add(id);
  }
  return entries as readonly (Entry & { Id: string })[];
}

export interface BatchResult<Entry> {
  readonly Successful: Entry[];
  readonly Failed: BatchResultErrorEntry[];
}

/** The model demands both members, AWS leaves an empty one out (reported by users of its JSON protocol). */
export function batchResult<Entry>(successful: Entry[], failed: BatchResultErrorEntry[]): BatchResult<Entry> {
  const result: Partial<BatchResult<Entry>> = {
    ...(successful.length > 0 && { Successful: successful }),
    ...(failed.length > 0 && { Failed: failed }),
  };
  return result as BatchResult<Entry>;
}

/** Old clients read the codes of the query protocol in entries, so all get them (quoted from AWS). */
export function failedEntry(id: string, error: unknown): BatchResultErrorEntry {
  if (!(error instanceof ApiError)) throw error;
  const code = error.code
    .replace("MissingRequiredParameterException", "MissingParameter")
    .replace(/Exception$/, "");
  return { Id: id, SenderFault: true, Code: code, Message: error.message };
}

/** Each entry on its own; those that are refused are told of, other failures fail the whole. */
export async function eachEntry<Entry extends { readonly Id: string }>(
  entries: readonly Entry[],
  run: (entry: Entry) => Promise<void>,
): Promise<BatchResult<{ Id: string }>> {
  const failures = await Promise.all(
    entries.map((entry) =>
      run(entry).then(
        () => undefined,
        (error: unknown) => failedEntry(entry.Id, error),
      ),
    ),
  );
  const successful = entries.filter((_entry, index) => failures[index] === undefined);
  return batchResult(
    successful.map(({ Id }) => ({ Id })),
    failures.filter((failure) => failure !== undefined),
  );
}
