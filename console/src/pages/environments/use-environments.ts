/** The stream of snapshots as a picture that moves while somebody looks at it. */
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { settings } from "../../app/settings.ts";
import { productUrl } from "../../kit/product.ts";
import { EMPTY_PICTURE, LEAVING_MS, nextPicture, type Picture } from "./picture.ts";
import type { Snapshot } from "./snapshot.ts";

/** `live`: snapshots come; `lost`: the browser tries to reach the server again. */
export type Connection = "connecting" | "live" | "lost";

export interface Live {
  readonly picture: Picture;
  readonly connection: Connection;
}

export function useEnvironments(isPaused: boolean): Live {
  const [picture, setPicture] = useState(EMPTY_PICTURE);
  const [connection, setConnection] = useState<Connection>("connecting");
  const latest = useRef<Snapshot>(undefined);

  useEffect(() => {
    if (isPaused) return undefined;
    const source = new EventSource(productUrl("environments/stream"));
    source.onopen = () => setConnection("live");
    source.onerror = () => setConnection("lost");
    source.onmessage = ({ data }: MessageEvent<string>) => {
      latest.current = JSON.parse(data) as Snapshot;
      draw();
    };
    // The server is silent while nothing changes, but cells that are leaving have to leave, and time goes on in the chart.
    const timer = setInterval(draw, LEAVING_MS);
    return () => {
      source.close();
      clearInterval(timer);
    };

    function draw(): void {
      const snapshot = latest.current;
      if (snapshot === undefined || document.hidden) return;
      const { account: accountId, region } = settings();
      setPicture((before) => nextPicture(before, snapshot, { accountId, region }, Date.now()));
    }
  }, [isPaused]);

  return { picture, connection };
}

const tickers = new Set<() => void>();
let tickTimer: ReturnType<typeof setInterval> | undefined;
let nowMs = Date.now();

/** Now, each second, for ages that are shown; one timer for all of them. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => nowMs);
}

function subscribe(listener: () => void): () => void {
  tickers.add(listener);
  if (tickTimer === undefined) {
    nowMs = Date.now();
    tickTimer = setInterval(() => {
      nowMs = Date.now();
      for (const each of tickers) each();
    }, 1000);
  }
  return () => {
    tickers.delete(listener);
    if (tickers.size > 0) return;
    clearInterval(tickTimer);
    tickTimer = undefined;
  };
}
