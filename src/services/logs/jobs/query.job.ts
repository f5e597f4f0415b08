/** A Logs Insights query, run where the events are. */
import { LOGS_LIMITS } from "../../../config/mod.ts";
import type { Scope } from "../../../model/mod.ts";
import type { LogJob, LogReading, LogScan, ScannedEvent } from "../../../store/mod.ts";
import { Pipeline, type ResultRow } from "../insights/pipeline.ts";
import { pointerOf } from "../insights/pointer.ts";
import { parseQuery } from "../insights/query.ts";
import { planReading } from "../insights/reading-plan.ts";
import { Row, type RowSource } from "../insights/row.ts";

export interface QueryOptions {
  readonly scope: Scope;
  readonly groups: readonly string[];
  readonly text: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly rowsMax: number;
}

export interface QueryProgress {
  readonly recordsMatched: number;
  /** Those that could be passed over because of a text they do not have are among them. */
  readonly recordsScanned: number;
  /** Of messages that were really read. */
  readonly bytesScanned: number;
}

export interface QueryResult extends QueryProgress {
  readonly rows: readonly ResultRow[];
}

const query: LogJob<QueryOptions, QueryResult> = async (reading, options, control) => {
  const { commands, descending, anyOf } = planReading(parseQuery(options.text));
  const pipeline = new Pipeline(commands, options.rowsMax);
  const { fromMs, untilMs } = options;
  const slices = slicesOf(reading, options, { fromMs, untilMs, descending, anyOf });
  let read = 0;
  let bytes = 0;
  let wantsMore = true;
  let reportedMs = performance.now();
  const progress = (): QueryProgress => ({
    ...{ recordsMatched: pipeline.matched, recordsScanned: read, bytesScanned: bytes },
  });
  for (const slice of slices) {
    for (let index = 0; wantsMore && index < slice.length; index++) {
      const source = slice[index] as RowSource;
      read++;
      bytes += source.message.length;
      wantsMore = pipeline.push(new Row(source));
    }
    if (!wantsMore) break;
    if (performance.now() - reportedMs > LOGS_LIMITS.insightsProgressMs) {
      control.report(progress());
      reportedMs = performance.now();
    }
    await control.breathe();
    if (control.isStopped) throw new Error("The query was stopped.");
  }
  pipeline.end();
  if (wantsMore && anyOf !== undefined) {
    read = options.groups.reduce(
      (sum, group) => sum + reading.count(options.scope, group, { fromMs, untilMs, descending }),
      0,
    );
  }
  return { ...progress(), rows: pipeline.results };
};

export default query;

/** Events are dealt with in slices of so many before others have a turn. */
const MERGED_SLICE = 500;

/** The events of all groups in one order of time. */
function* slicesOf(
  reading: LogReading,
  { scope, groups }: QueryOptions,
  scan: LogScan,
): Generator<readonly RowSource[]> {
  const [only, ...others] = groups;
  if (only === undefined) return;
  if (others.length === 0) {
    const log = logOf(scope, only);
    for (const slice of reading.slices(scope, only, scan)) {
      yield slice.map((event) => new Source(event, reading, only, log));
    }
    return;
  }
  const heads = groups.map((group) => new Head(reading, scope, group, scan)).filter((head) => head.advance());
  let slice: RowSource[] = [];
  for (;;) {
    const first = earliest(heads, scan.descending);
    if (first === undefined) break;
    slice.push(first.source());
    if (!first.advance()) heads.splice(heads.indexOf(first), 1);
    if (slice.length < MERGED_SLICE) continue;
    yield slice;
    slice = [];
  }
  yield slice;
}

/** The head whose event is next. */
function earliest(heads: readonly Head[], descending: boolean): Head | undefined {
  let first: Head | undefined;
  for (const head of heads) {
    if (first === undefined || (descending ? head.timeMs > first.timeMs : head.timeMs < first.timeMs)) {
      first = head;
    }
  }
  return first;
}

function logOf({ accountId }: Scope, group: string): string {
  return `${accountId}:${group}`;
}

/** Stands at one event of a group. */
class Head {
  readonly #reading: LogReading;
  readonly #group: string;
  readonly #log: string;
  readonly #slices: Iterator<readonly ScannedEvent[]>;
  #slice: readonly ScannedEvent[] = [];
  #at = -1;

  constructor(reading: LogReading, scope: Scope, group: string, scan: LogScan) {
    this.#reading = reading;
    this.#group = group;
    this.#log = logOf(scope, group);
    this.#slices = reading.slices(scope, group, scan)[Symbol.iterator]();
  }

  /** To the next event; false when there is none. */
  advance(): boolean {
    this.#at++;
    while (this.#at >= this.#slice.length) {
      const { value, done } = this.#slices.next();
      if (done === true) return false;
      this.#slice = value;
      this.#at = 0;
    }
    return true;
  }

  get timeMs(): number {
    return this.#slice[this.#at]?.[2] ?? 0;
  }

  source(): RowSource {
    return new Source(this.#slice[this.#at] as ScannedEvent, this.#reading, this.#group, this.#log);
  }
}

class Source implements RowSource {
  readonly log: string;
  readonly #event: ScannedEvent;
  readonly #reading: LogReading;
  readonly #group: string;

  constructor(event: ScannedEvent, reading: LogReading, group: string, log: string) {
    this.#event = event;
    this.#reading = reading;
    this.#group = group;
    this.log = log;
  }

  get timestampMs(): number {
    return this.#event[2];
  }

  get ingestedAtMs(): number {
    return this.#event[3];
  }

  get message(): string {
    return this.#event[4];
  }

  stream(): string {
    return this.#reading.streamName(this.#event[1]);
  }

  pointer(): string {
    return pointerOf({ group: this.#group, timestampMs: this.#event[2], sequence: this.#event[0] });
  }
}
