/** Every page: its address, its place in the navigation, and the file that is loaded when somebody goes there. */
import type { ComponentType } from "react";
import type { Parameters } from "./router.ts";

export interface PageProps {
  /** What stands in the address where the pattern has `:name`. */
  readonly params: Parameters;
  readonly query: URLSearchParams;
}

export interface Route {
  /** `:name` takes one part of the address. */
  readonly path: string;
  readonly load: () => Promise<{ readonly default: ComponentType<PageProps> }>;
  /** The navigation's entry that is lit on this page: the path of another route, for pages below one. */
  readonly below?: string;
}

export interface NavigationEntry {
  readonly text: string;
  readonly path: string;
}

export const HOME = "/functions";

export const ROUTES: readonly Route[] = [
  { path: "/functions", load: () => import("../pages/functions/list.tsx") },
  // Stands before the function that could be called so.
  {
    path: "/functions/create",
    load: () => import("../pages/create-function/index.tsx"),
    below: "/functions",
  },
  {
    path: "/functions/:name",
    load: () => import("../pages/function/index.tsx"),
    below: "/functions",
  },
  { path: "/layers", load: () => import("../pages/layers/list.tsx") },
  { path: "/layers/:name", load: () => import("../pages/layers/versions.tsx"), below: "/layers" },
  { path: "/environments", load: () => import("../pages/environments/index.tsx") },
  { path: "/monitoring", load: () => import("../pages/monitoring/index.tsx") },
  { path: "/alarms", load: () => import("../pages/alarms/index.tsx") },
  { path: "/alarms/:name", load: () => import("../pages/alarm/index.tsx"), below: "/alarms" },
  { path: "/queues", load: () => import("../pages/queues/index.tsx") },
  { path: "/queues/:name", load: () => import("../pages/queue/index.tsx"), below: "/queues" },
  { path: "/logs", load: () => import("../pages/logs/index.tsx") },
  { path: "/logs/:group", load: () => import("../pages/log-group/index.tsx"), below: "/logs" },
  { path: "/insights", load: () => import("../pages/insights/index.tsx") },
  { path: "/mappings", load: () => import("../pages/mappings/index.tsx") },
  { path: "/cost", load: () => import("../pages/cost/index.tsx") },
];

export const NAVIGATION: readonly {
  readonly section: string;
  readonly entries: readonly NavigationEntry[];
}[] = [
  {
    section: "Lambda",
    entries: [
      { text: "Functions", path: "/functions" },
      { text: "Layers", path: "/layers" },
      { text: "Event source mappings", path: "/mappings" },
      { text: "Environments", path: "/environments" },
    ],
  },
  {
    section: "CloudWatch",
    entries: [
      { text: "Monitoring", path: "/monitoring" },
      { text: "Alarms", path: "/alarms" },
      { text: "Log groups", path: "/logs" },
      { text: "Logs Insights", path: "/insights" },
    ],
  },
  {
    section: "SQS",
    entries: [{ text: "Queues", path: "/queues" }],
  },
  {
    section: "Account",
    entries: [{ text: "Cost", path: "/cost" }],
  },
];
