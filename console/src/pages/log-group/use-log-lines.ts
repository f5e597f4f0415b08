/** The lines of a search, and those that come while it is tailed: each once, in the order of time, never more than LINES_MAX. */
import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { LINES_MAX, type LogLine, type LogSearch, logsSince, searchLogs } from "./logs-client.ts";

const TAIL_EVERY_MS = 1000;
/** Lines may be written a little after the time they bear. */
const OVERLAP_MS = 5000;

export type WantedSearch = Omit<LogSearch, "fromMs" | "untilMs"> & {
  readonly span: () => { readonly fromMs: number; readonly untilMs: number | undefined };
};

interface State {
  readonly lines: readonly LogLine[];
  readonly isCut: boolean;
  readonly isSearching: boolean;
  readonly found: number;
  readonly error: unknown;
  readonly isTailing: boolean;
}

export interface LogLines extends State {
  readonly search: () => void;
  readonly stop: () => void;
  readonly setTailing: (isTailing: boolean) => void;
}

const NOTHING: State = {
  lines: [],
  isCut: false,
  isSearching: true,
  found: 0,
  error: undefined,
  isTailing: false,
};

/** Searches when `key` changes and whenever it is told to; `wanted` may change from one drawing to the next. */
export function useLogLines(key: string, wanted: WantedSearch, isTailedAtOnce: boolean): LogLines {
  const [state, change] = useReducer(
    (old: State, next: (old: State) => Partial<State>): State => ({ ...old, ...next(old) }),
    { ...NOTHING, isTailing: isTailedAtOnce },
  );
  const [turn, setTurn] = useState(0);
  const latest = useRef(wanted);
  const lines = useRef<readonly LogLine[]>([]);
  const controller = useRef<AbortController>(undefined);
  useEffect(() => {
    latest.current = wanted;
    lines.current = state.lines;
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: another key or turn is another search
  useEffect(() => {
    const mine = new AbortController();
    controller.current = mine;
    change(() => ({ isSearching: true, found: 0, error: undefined }));
    const { span, ...rest } = latest.current;
    searchLogs({ ...rest, ...span() }, mine.signal, (found) => {
      if (!mine.signal.aborted) change(() => ({ found }));
    }).then(
      (found) => {
        if (!mine.signal.aborted) change(() => ({ ...found, isSearching: false }));
      },
      (error: unknown) => {
        if (!mine.signal.aborted) change(() => ({ error, lines: [], isCut: false, isSearching: false }));
      },
    );
    return () => mine.abort();
  }, [key, turn]);

  const { isTailing, isSearching } = state;
  useEffect(() => {
    if (!isTailing || isSearching) return undefined;
    const mine = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const startedMs = Date.now();
    const ask = async (): Promise<void> => {
      try {
        const { span, ...rest } = latest.current;
        const newestMs = lines.current.at(-1)?.atMs ?? Math.min(startedMs, span().fromMs);
        const fromMs = Math.max(0, newestMs - OVERLAP_MS);
        const came = await logsSince({ ...rest, fromMs, untilMs: undefined }, mine.signal);
        if (!mine.signal.aborted) change((old) => ({ ...merged(old, came), error: undefined }));
      } catch (error) {
        if (!mine.signal.aborted) change(() => ({ error }));
      }
    };
    const again = (): void => {
      timer = setTimeout(async () => {
        if (!document.hidden) await ask();
        if (!mine.signal.aborted) again();
      }, TAIL_EVERY_MS);
    };
    again();
    return () => {
      clearTimeout(timer);
      mine.abort();
    };
  }, [isTailing, isSearching]);

  const search = useCallback(() => setTurn((old) => old + 1), []);
  const stop = useCallback(() => {
    controller.current?.abort();
    change(() => ({ isSearching: false }));
  }, []);
  const setTailing = useCallback((tail: boolean) => change(() => ({ isTailing: tail })), []);
  return { ...state, search, stop, setTailing };
}

function merged(old: State, came: readonly LogLine[]): Pick<State, "lines" | "isCut"> {
  const known = new Set(old.lines.map(({ id }) => id));
  const fresh = came.filter(({ id }) => !known.has(id));
  if (fresh.length === 0) return old;
  const all = [...old.lines, ...fresh].sort((a, b) => a.atMs - b.atMs);
  return { lines: all.slice(-LINES_MAX), isCut: old.isCut || all.length > LINES_MAX };
}
