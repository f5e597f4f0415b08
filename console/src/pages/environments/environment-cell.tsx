/** One execution environment, drawn: shape and colour of its state, memory as a level, age and number of invocations. */
import { type CSSProperties, memo, type ReactNode } from "react";
import { type Cell, memoryShare, originOf } from "./picture.ts";
import { StateMark } from "./state-mark.tsx";
import { useNow } from "./use-environments.ts";
import { age, cellWords, ORIGIN_WORDS, STATE_WORDS } from "./words.ts";

interface Props {
  readonly cell: Cell;
  readonly isSmall: boolean;
  readonly isSelected: boolean;
  /** The one of its group that the tab key reaches. */
  readonly isReachable: boolean;
  readonly onSelect: (id: string) => void;
}

const ORIGIN_LETTERS = { cold: "cold", warm: "warm", restored: "restored", provisioned: "prov." } as const;

export const EnvironmentCell = memo(function EnvironmentCell(props: Props): ReactNode {
  const { environment, leftAtMs } = props.cell;
  const { id, state, invocations, createdAtMs, memoryMib, peakMemoryBytes } = environment;
  const origin = originOf(environment);
  const level = { "--level": memoryShare(environment) } as CSSProperties;
  return (
    <button
      type="button"
      className="env-cell"
      data-environment={id}
      data-state={state}
      data-leaving={leftAtMs !== undefined || undefined}
      // Two names for one animation: it begins again with each invocation, however short.
      data-beat={invocations % 2}
      aria-pressed={props.isSelected}
      aria-label={cellWords(environment)}
      tabIndex={props.isReachable ? 0 : -1}
      style={level}
      onClick={() => props.onSelect(id)}
    >
      <span className="env-level" />
      <span className="env-glow" />
      <span className="env-state">
        <StateMark state={state} />
        {!props.isSmall && <span>{STATE_WORDS[state]}</span>}
      </span>
      {!props.isSmall && (
        <>
          <span className="env-origin" data-origin={origin} title={ORIGIN_WORDS[origin]}>
            {ORIGIN_LETTERS[origin]}
          </span>
          <span className="env-memory">
            {Math.round(peakMemoryBytes / 1048576)} / {memoryMib} MiB
          </span>
          <span className="env-foot">
            <Age sinceMs={createdAtMs} />
            <span>×{invocations}</span>
          </span>
        </>
      )}
    </button>
  );
});

function Age({ sinceMs }: { readonly sinceMs: number }): ReactNode {
  return <span>{age(useNow() - sinceMs)}</span>;
}
