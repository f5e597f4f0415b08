/** Asking the server for what a page shows: once, again on demand, or every so often while somebody looks. */
import { useCallback, useEffect, useRef, useState } from "react";

export interface Loaded<T> {
  /** What was read last; stays while it is read again. */
  readonly data: T | undefined;
  readonly error: unknown;
  /** True until the first answer, and during each `reload`; not while polling. */
  readonly isLoading: boolean;
  readonly reload: () => Promise<void>;
}

/**
 * `key` names what is asked for: another key begins anew. `load` may change from one drawing to the next; the latest is used.
 * `everyMs` asks again and again, while the page is in sight.
 */
export function useLoad<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  everyMs?: number,
): Loaded<T> {
  const [state, setState] = useState<{
    key: string;
    data: T | undefined;
    error: unknown;
    isLoading: boolean;
  }>({ key, data: undefined, error: undefined, isLoading: true });
  const latest = useRef(load);
  const turn = useRef(0);
  const abort = useRef<AbortController>(undefined);
  useEffect(() => {
    latest.current = load;
  });

  const ask = useCallback(async (): Promise<void> => {
    const mine = ++turn.current;
    abort.current?.abort();
    const controller = new AbortController();
    abort.current = controller;
    try {
      const data = await latest.current(controller.signal);
      if (turn.current === mine) setState({ key, data, error: undefined, isLoading: false });
    } catch (error) {
      if (turn.current === mine) setState((old) => ({ ...old, key, error, isLoading: false }));
    }
  }, [key]);

  const reload = useCallback((): Promise<void> => {
    setState((old) => ({ ...old, isLoading: true }));
    return ask();
  }, [ask]);

  useEffect(() => {
    setState((old) => (old.key === key ? old : { key, data: undefined, error: undefined, isLoading: true }));
    void ask();
    return () => {
      turn.current++;
      abort.current?.abort();
    };
  }, [ask, key]);

  useEffect(() => {
    if (everyMs === undefined) return undefined;
    let timer: ReturnType<typeof setTimeout>;
    const again = (): void => {
      timer = setTimeout(async () => {
        if (!document.hidden) await ask();
        again();
      }, everyMs);
    };
    again();
    return () => clearTimeout(timer);
  }, [ask, everyMs]);

  const isCurrent = state.key === key;
  return {
    data: isCurrent ? state.data : undefined,
    error: isCurrent ? state.error : undefined,
    isLoading: isCurrent ? state.isLoading : true,
    reload,
  };
}
