/** Doing something to the server at the visitor's word: busy while it runs, and what it failed with. */
import { useCallback, useState } from "react";

export interface Action {
  readonly isBusy: boolean;
  readonly error: unknown;
  /** Resolves to whether it worked; never rejects. */
  readonly run: (work: () => Promise<void>) => Promise<boolean>;
  readonly forget: () => void;
}

export function useAction(): Action {
  const [state, setState] = useState<{ isBusy: boolean; error: unknown }>({
    isBusy: false,
    error: undefined,
  });
  const run = useCallback(async (work: () => Promise<void>): Promise<boolean> => {
    setState({ isBusy: true, error: undefined });
    try {
      await work();
      setState({ isBusy: false, error: undefined });
      return true;
    } catch (error) {
      setState({ isBusy: false, error });
      return false;
    }
  }, []);
  const forget = useCallback(() => setState({ isBusy: false, error: undefined }), []);
  return { ...state, run, forget };
}
