/** The tabs of a function's page, each loaded when it is first opened. */
import { type ComponentType, lazy } from "react";
import type { FunctionTabProps } from "./tab.ts";

export interface FunctionTab {
  readonly id: string;
  readonly label: string;
  readonly Content: ComponentType<FunctionTabProps>;
  /** Published versions have this tab, too. */
  readonly isForVersions: boolean;
}

export const TABS: readonly FunctionTab[] = [
  { id: "code", label: "Code", Content: lazy(() => import("./tabs/code/index.tsx")), isForVersions: true },
  { id: "test", label: "Test", Content: lazy(() => import("./tabs/test/index.tsx")), isForVersions: true },
  {
    id: "monitor",
    label: "Monitor",
    Content: lazy(() => import("./tabs/monitor/index.tsx")),
    isForVersions: true,
  },
  { id: "logs", label: "Logs", Content: lazy(() => import("./tabs/logs/index.tsx")), isForVersions: false },
  {
    id: "configuration",
    label: "Configuration",
    Content: lazy(() => import("./tabs/configuration/index.tsx")),
    isForVersions: true,
  },
  {
    id: "versions",
    label: "Versions",
    Content: lazy(() => import("./tabs/versions/index.tsx")),
    isForVersions: false,
  },
  {
    id: "aliases",
    label: "Aliases",
    Content: lazy(() => import("./tabs/aliases/index.tsx")),
    isForVersions: false,
  },
];
