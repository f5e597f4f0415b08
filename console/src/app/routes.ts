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
  {
    path: "/functions/:name",
    load: () => import("../pages/function/index.tsx"),
    below: "/functions",
  },
  { path: "/environments", load: () => import("../pages/environments/index.tsx") },
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
      { text: "Environments", path: "/environments" },
      { text: "Event source mappings", path: "/mappings" },
    ],
  },
  {
    section: "Account",
    entries: [{ text: "Cost", path: "/cost" }],
  },
];
