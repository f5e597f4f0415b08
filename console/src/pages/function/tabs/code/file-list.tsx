/** The files of an archive, folders first told by their path; the chosen one and those changed are marked in words, too. */
import type { ReactNode } from "react";
import type { Archive } from "../../../../kit/archive.ts";
import { isChanged, sortedNames } from "./draft.ts";
import "./file-list.css";

interface Props {
  readonly before: Archive;
  readonly files: Archive;
  readonly shown: string | undefined;
  readonly onShow: (name: string) => void;
}

export function FileList({ before, files, shown, onShow }: Props): ReactNode {
  return (
    <ul className="file-list" aria-label="Files">
      {sortedNames(files).map((name) => {
        const slash = name.lastIndexOf("/") + 1;
        return (
          <li key={name}>
            <button type="button" aria-current={name === shown} title={name} onClick={() => onShow(name)}>
              <span className="file-folder">{name.slice(0, slash)}</span>
              <span>{name.slice(slash)}</span>
              {isChanged(before, files, name) && <span className="file-changed">changed</span>}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
