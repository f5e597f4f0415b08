/** One function: its limit with what bounced off it, and its environments by version. */
import Link from "@cloudscape-design/components/link";
import { memo, type ReactNode } from "react";
import { to } from "../../app/router.ts";
import { CellGrid } from "./cell-grid.tsx";
import { ConcurrencyGauge } from "./concurrency-gauge.tsx";
import { emptySlots, type FunctionPicture } from "./picture.ts";

interface Props {
  readonly picture: FunctionPicture;
  readonly isSmall: boolean;
  readonly selected: string | undefined;
  readonly onSelect: (id: string) => void;
}

export const FunctionPanel = memo(function FunctionPanel(props: Props): ReactNode {
  const { picture, isSmall, selected, onSelect } = props;
  const { functionName, versions } = picture;
  const free = emptySlots(picture) ?? 0;
  const headingId = `env-${functionName}`;
  // A reserved limit is shared by the versions: its free places stand behind the newest.
  const groups = versions.length > 0 ? versions : [{ version: "$LATEST", cells: [] }];
  return (
    <section className="env-function" aria-labelledby={headingId} data-function={functionName}>
      <header className="env-function-head">
        <h3 id={headingId}>
          <Link href={to("functions", functionName)} fontSize="heading-s">
            {functionName}
          </Link>
        </h3>
        <ConcurrencyGauge picture={picture} />
      </header>
      {groups.map(({ version, cells }, index) => (
        <div key={version} className="env-version">
          <span className="env-version-name">{version === "$LATEST" ? version : `version ${version}`}</span>
          <CellGrid
            label={`Environments of ${functionName}, ${version}`}
            cells={cells}
            emptySlots={index === 0 ? free : 0}
            isSmall={isSmall}
            selected={selected}
            onSelect={onSelect}
          />
        </div>
      ))}
      {versions.length === 0 && free === 0 && <p className="env-none">No environment is alive.</p>}
    </section>
  );
});
