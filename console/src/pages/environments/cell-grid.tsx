/** The cells of one version, and the empty places its function's limit leaves; one stop of the tab key, arrows go on. */
import { type KeyboardEvent, type ReactNode, useRef } from "react";
import { EnvironmentCell } from "./environment-cell.tsx";
import type { Cell } from "./picture.ts";

/** More empty places than this are told, not drawn. */
const DRAWN_SLOTS_MAX = 48;

interface Props {
  readonly label: string;
  readonly cells: readonly Cell[];
  readonly emptySlots: number;
  readonly isSmall: boolean;
  readonly selected: string | undefined;
  readonly onSelect: (id: string) => void;
}

export function CellGrid({ label, cells, emptySlots, isSmall, selected, onSelect }: Props): ReactNode {
  const grid = useRef<HTMLDivElement>(null);
  const reachable = cells.some((cell) => cell.environment.id === selected)
    ? selected
    : cells[0]?.environment.id;
  const drawn = Math.min(emptySlots, DRAWN_SLOTS_MAX);
  return (
    <div
      ref={grid}
      className="env-grid"
      data-small={isSmall || undefined}
      role="toolbar"
      aria-label={label}
      onKeyDown={(event) => grid.current !== null && moveFocus(grid.current, event)}
    >
      {cells.map((cell) => (
        <EnvironmentCell
          key={cell.environment.id}
          cell={cell}
          isSmall={isSmall}
          isSelected={cell.environment.id === selected}
          isReachable={cell.environment.id === reachable}
          onSelect={onSelect}
        />
      ))}
      {Array.from({ length: drawn }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: empty places have nothing but their number
        <span key={index} className="env-slot" aria-hidden="true">
          {!isSmall && "free slot"}
        </span>
      ))}
      {emptySlots > drawn && <span className="env-more">and {emptySlots - drawn} more free slots</span>}
    </div>
  );
}

function moveFocus(grid: HTMLElement, event: KeyboardEvent): void {
  const cells = [...grid.querySelectorAll<HTMLElement>(".env-cell")];
  const at = cells.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return;
  const top = cells[0]?.offsetTop;
  const columns = cells.filter((cell) => cell.offsetTop === top).length;
  const steps: Readonly<Record<string, number>> = {
    ArrowRight: at + 1,
    ArrowLeft: at - 1,
    ArrowDown: at + columns,
    ArrowUp: at - columns,
    Home: 0,
    End: cells.length - 1,
  };
  const next = cells[steps[event.key] ?? -1];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
