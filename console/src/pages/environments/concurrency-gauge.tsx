/** A function's limit as places in a row, lit where a call is in flight, and the wall behind the last where calls bounce off. */
import type { ReactNode } from "react";
import { type FunctionPicture, refusedOfLate } from "./picture.ts";

/** A longer row is a bar. */
const PLACES_MAX = 40;

export function ConcurrencyGauge({ picture }: { readonly picture: FunctionPicture }): ReactNode {
  const { inFlight, reserved, throttles } = picture;
  const recent = refusedOfLate(picture);
  const words =
    reserved === undefined ? `${inFlight} in flight` : `${inFlight} of ${reserved} reserved in flight`;
  return (
    <div className="env-gauge" data-full={reserved !== undefined && inFlight >= reserved ? "" : undefined}>
      <span className="env-gauge-words">{words}</span>
      {reserved !== undefined && <Places lit={inFlight} of={reserved} />}
      {(reserved !== undefined || throttles > 0) && (
        <span className="env-refused" data-recent={recent > 0 ? "" : undefined}>
          <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path d="M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM3.6 3.6l8.8 8.8" />
          </svg>
          <span data-testid="throttles">{throttles} refused</span>
          {recent > 0 && (
            // The key makes the number jump again when it rises.
            <span key={throttles} className="env-refused-now">
              +{recent} just now
            </span>
          )}
        </span>
      )}
    </div>
  );
}

function Places({ lit, of }: { readonly lit: number; readonly of: number }): ReactNode {
  if (of > PLACES_MAX) {
    return (
      <progress
        className="env-places-bar"
        max={of}
        value={Math.min(lit, of)}
        aria-label="Reserved concurrency in use"
      />
    );
  }
  return (
    <span className="env-places" aria-hidden="true">
      {Array.from({ length: of }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: places have nothing but their number
        <span key={index} className="env-place" data-lit={index < lit ? "" : undefined} />
      ))}
    </span>
  );
}
