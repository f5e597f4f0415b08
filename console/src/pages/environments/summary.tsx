/** The whole account at a glance: how many environments are in which state, calls in flight, refusals; and the last minute. */
import type { ReactNode } from "react";
import { count } from "../../kit/words.ts";
import { HISTORY_MS, type Moment, type Picture } from "./picture.ts";
import { StateMark } from "./state-mark.tsx";
import { STATE_MEANINGS, STATE_WORDS, STATES } from "./words.ts";

const WIDTH = 600;
const HEIGHT = 56;

export function Summary({ picture }: { readonly picture: Picture }): ReactNode {
  const { totals, history } = picture;
  return (
    <div className="env-summary">
      <dl className="env-numbers">
        <Figure label="Environments" value={totals.environments} />
        {STATES.map((state) => (
          <div key={state} className="env-number" data-state={state} title={STATE_MEANINGS[state]}>
            <dt>
              <StateMark state={state} /> {STATE_WORDS[state]}
            </dt>
            <dd>{count(totals.byState[state])}</dd>
          </div>
        ))}
        <Figure label={`in flight, of ${count(totals.accountLimit)}`} value={totals.inFlight} />
        <Figure label="refused" value={totals.throttles} isBad={totals.throttles > 0} />
      </dl>
      <LastMinute history={history} />
    </div>
  );
}

interface FigureProps {
  readonly label: string;
  readonly value: number;
  readonly isBad?: boolean;
}

function Figure({ label, value, isBad = false }: FigureProps): ReactNode {
  return (
    <div className="env-number" data-bad={isBad || undefined}>
      <dt>{label}</dt>
      <dd>{count(value)}</dd>
    </div>
  );
}

/** Calls in flight as a level, refusals as marks above it. */
function LastMinute({ history }: { readonly history: readonly Moment[] }): ReactNode {
  const endMs = history.at(-1)?.atMs ?? 0;
  const most = Math.max(1, ...history.map((each) => each.inFlight));
  const x = (atMs: number): number => WIDTH - ((endMs - atMs) / HISTORY_MS) * WIDTH;
  const y = (inFlight: number): number => HEIGHT - 2 - (inFlight / most) * (HEIGHT - 14);
  const first = history[0];
  const steps = history.map((each) => `H${x(each.atMs).toFixed(1)}V${y(each.inFlight).toFixed(1)}`).join("");
  const line =
    first === undefined ? "" : `M${x(first.atMs).toFixed(1)} ${y(first.inFlight).toFixed(1)}${steps}`;
  const refused = history.reduce((total, each) => total + each.refused, 0);
  const words = `In the last minute: at most ${Math.max(0, ...history.map((each) => each.inFlight))} calls in flight, ${refused} refused`;
  return (
    <figure className="env-minute">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={words}>
        {first !== undefined && (
          <>
            <path className="env-minute-area" d={`${line}V${HEIGHT}H${x(first.atMs).toFixed(1)}Z`} />
            <path className="env-minute-line" d={line} />
          </>
        )}
        {history
          .filter((each) => each.refused > 0)
          .map((each) => (
            <path key={each.atMs} className="env-minute-refused" d={`M${x(each.atMs).toFixed(1)} 1v8`} />
          ))}
      </svg>
      <figcaption>
        Calls in flight, last minute · peak {Math.max(0, ...history.map((each) => each.inFlight))}
      </figcaption>
    </figure>
  );
}
