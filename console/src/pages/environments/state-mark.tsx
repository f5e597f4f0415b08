/** The shape of each state: told apart without any colour. */
import type { ReactNode } from "react";
import type { EnvironmentState } from "./snapshot.ts";

/** A ring that is being drawn, a bolt, an open circle, a snowflake, a square. */
const SHAPES: Readonly<Record<EnvironmentState, ReactNode>> = {
  initializing: <path d="M8 2a6 6 0 1 1-6 6" fill="none" strokeWidth="2.4" strokeLinecap="round" />,
  busy: <path d="M9.4 1 3 9.2h4.1L6.2 15 13 6.6H8.6z" strokeWidth="0.8" strokeLinejoin="round" />,
  idle: <circle cx="8" cy="8" r="5" fill="none" strokeWidth="2" />,
  frozen: (
    <path
      d="M8 1.5v13M2.4 4.8l11.2 6.4M13.6 4.8 2.4 11.2M6.2 2.6 8 4.4l1.8-1.8M6.2 13.4 8 11.6l1.8 1.8"
      fill="none"
      strokeWidth="1.5"
      strokeLinecap="round"
    />
  ),
  stopped: <rect x="3.5" y="3.5" width="9" height="9" rx="1.5" fill="none" strokeWidth="2" />,
};

export function StateMark({ state }: { readonly state: EnvironmentState }): ReactNode {
  return (
    <svg className="env-mark" data-state={state} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {SHAPES[state]}
    </svg>
  );
}
