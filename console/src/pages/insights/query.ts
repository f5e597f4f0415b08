/** Runs one Logs Insights query to its end and tells how far it is. */
import {
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryCommand,
  StopQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { logs } from "../log-group/logs-client.ts";

const ASK_AGAIN_MS = 300;

export interface WantedQuery {
  readonly groups: readonly string[];
  readonly text: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface Answer {
  readonly status: string;
  /** Each row by field; `@ptr` is left out. */
  readonly rows: readonly Row[];
  /** Fields in the order they first come in. */
  readonly fields: readonly string[];
  readonly matched: number;
  readonly scanned: number;
  readonly bytesScanned: number;
}

export type Row = Readonly<Record<string, string>>;

/** Resolves when the query has ended, also when `signal` stopped it; `report` is told each state on the way. */
export async function runQuery(
  { groups, text, fromMs, untilMs }: WantedQuery,
  signal: AbortSignal,
  report: (answer: Answer) => void,
): Promise<Answer> {
  const { queryId } = await logs().send(
    new StartQueryCommand({
      logGroupNames: [...groups],
      queryString: text,
      startTime: Math.floor(fromMs / 1000),
      endTime: Math.ceil(untilMs / 1000),
    }),
  );
  let isStopped = false;
  for (;;) {
    if (signal.aborted && !isStopped) {
      isStopped = true;
      // It may have ended by itself a moment ago; what it found is read below.
      await logs()
        .send(new StopQueryCommand({ queryId }))
        .catch(() => undefined);
    }
    const answer = answerOf(await logs().send(new GetQueryResultsCommand({ queryId })));
    report(answer);
    if (answer.status === "Failed" || answer.status === "Timeout") {
      throw new Error(
        answer.status === "Failed" ? "The query failed." : "The query took too long and was ended.",
      );
    }
    if (answer.status !== "Running" && answer.status !== "Scheduled") return answer;
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}

function answerOf({ status = "Unknown", results, statistics }: GetQueryResultsCommandOutput): Answer {
  const rows = (results ?? []).map((cells) =>
    Object.fromEntries(
      cells.flatMap(({ field = "", value = "" }) => (field === "@ptr" ? [] : [[field, value]])),
    ),
  );
  return {
    status,
    rows,
    fields: [...new Set(rows.flatMap((row) => Object.keys(row)))],
    matched: statistics?.recordsMatched ?? 0,
    scanned: statistics?.recordsScanned ?? 0,
    bytesScanned: statistics?.bytesScanned ?? 0,
  };
}
