/** Text as it was written, in a box that scrolls, by keyboard, too. */
import type { ReactNode } from "react";
import "./text-block.css";

interface Props {
  readonly label: string;
  readonly text: string;
}

export function TextBlock({ label, text }: Props): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section className="text-block" aria-label={label} tabIndex={0}>
      <pre>{text}</pre>
    </section>
  );
}
