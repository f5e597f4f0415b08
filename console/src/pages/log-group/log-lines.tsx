/** Lines of a log, one below the other; while they are tailed, the view stays at the end as long as one looks there. */
import { memo, type ReactNode, useEffect, useRef, useState } from "react";
import { time } from "../../kit/words.ts";
import { jsonOf, LEVEL_LABELS, levelOf, reportOf } from "./line-words.ts";
import type { LogLine } from "./logs-client.ts";
import "./log-lines.css";

/** From the end; who has scrolled further up reads, and is left there. */
const AT_END_PX = 40;

interface Props {
  readonly lines: readonly LogLine[];
  readonly isTailing: boolean;
  readonly areAllOpen: boolean;
  /** Whether streams differ, so that each line says its own. */
  readonly hasStreams: boolean;
}

export function LogLines({ lines, isTailing, areAllOpen, hasStreams }: Props): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines move the end
  useEffect(() => {
    if (isAtEnd.current) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [lines, isTailing]);
  return (
    <section
      ref={box}
      className="log-lines"
      aria-label="Log lines"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < AT_END_PX;
      }}
    >
      <ol>
        {lines.map((line) => (
          <Line
            key={`${line.id} ${areAllOpen}`}
            line={line}
            isOpenAtFirst={areAllOpen}
            hasStream={hasStreams}
          />
        ))}
      </ol>
    </section>
  );
}

interface LineProps {
  readonly line: LogLine;
  readonly isOpenAtFirst: boolean;
  readonly hasStream: boolean;
}

const Line = memo(function Line({ line, isOpenAtFirst, hasStream }: LineProps): ReactNode {
  const level = levelOf(line.message);
  return (
    <li className="log-line" data-level={level}>
      <time dateTime={new Date(line.atMs).toISOString()} title={`${time(line.atMs)}, ${line.stream}`}>
        {clock(line.atMs)}
      </time>
      <span className="log-level">{LEVEL_LABELS[level]}</span>
      <div className="log-message">
        <Message message={line.message} isOpenAtFirst={isOpenAtFirst} />
        {hasStream && <span className="log-stream">{line.stream}</span>}
      </div>
    </li>
  );
});

function Message({ message, isOpenAtFirst }: { message: string; isOpenAtFirst: boolean }): ReactNode {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const report = reportOf(message);
  if (report !== undefined) {
    return (
      <span className="log-report">
        <span>Report of {report.requestId}</span>
        {report.fields.map(([name, value]) => (
          <span key={name} className="log-report-field">
            {name} <strong>{value}</strong>
          </span>
        ))}
      </span>
    );
  }
  const json = jsonOf(message);
  if (json === undefined) return <span>{message}</span>;
  return (
    <>
      <button
        type="button"
        className="log-open"
        aria-expanded={isOpen}
        aria-label={isOpen ? "Close the JSON line" : "Open the JSON line"}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? "▾" : "▸"}
      </button>
      <span>{isOpen ? JSON.stringify(json, undefined, 2) : message}</span>
    </>
  );
}

/** `14:03:09.123`, in the visitor's own time zone. */
function clock(ms: number): string {
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, "0");
  const whole = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${whole}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
