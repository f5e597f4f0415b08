/** What can be set for a function, by topic; each topic's file is loaded when somebody looks at it. */
import { type ComponentType, lazy } from "react";
import type { FunctionTabProps } from "../../tab.ts";

export interface Section {
  readonly id: string;
  readonly text: string;
  readonly Content: ComponentType<FunctionTabProps>;
  /** What a published version has of its own, or shows as it was published. */
  readonly isForVersions: boolean;
}

export const SECTIONS: readonly Section[] = [
  {
    id: "general",
    text: "General",
    Content: lazy(() => import("./general.tsx")),
    isForVersions: true,
  },
  {
    id: "variables",
    text: "Environment variables",
    Content: lazy(() => import("./variables.tsx")),
    isForVersions: true,
  },
  {
    id: "concurrency",
    text: "Concurrency",
    Content: lazy(() => import("./concurrency.tsx")),
    isForVersions: false,
  },
  {
    id: "triggers",
    text: "Triggers",
    Content: lazy(() => import("./triggers.tsx")),
    isForVersions: true,
  },
  { id: "url", text: "Function URL", Content: lazy(() => import("./url.tsx")), isForVersions: false },
  {
    id: "asynchronous",
    text: "Asynchronous invocation",
    Content: lazy(() => import("./asynchronous.tsx")),
    isForVersions: false,
  },
  {
    id: "permissions",
    text: "Permissions",
    Content: lazy(() => import("./permissions.tsx")),
    isForVersions: true,
  },
  { id: "tags", text: "Tags", Content: lazy(() => import("./tags.tsx")), isForVersions: false },
  { id: "layers", text: "Layers", Content: lazy(() => import("./layers.tsx")), isForVersions: true },
  {
    id: "monitoring",
    text: "Logging and tracing",
    Content: lazy(() => import("./monitoring.tsx")),
    isForVersions: true,
  },
];
