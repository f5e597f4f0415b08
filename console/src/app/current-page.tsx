/** Loads the file of the page that the address names, and draws it. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Spinner from "@cloudscape-design/components/spinner";
import { type ComponentType, lazy, type ReactNode, Suspense, useEffect } from "react";
import { ErrorBoundary } from "./error-boundary.tsx";
import { matchPath, type Parameters, replaceAddress, useAddress } from "./router.ts";
import { HOME, type PageProps, ROUTES, type Route } from "./routes.ts";
import { useSettings } from "./settings.ts";

/** React needs one and the same component for each visit of a page. */
const PAGES: ReadonlyMap<string, ComponentType<PageProps>> = new Map(
  ROUTES.map((route) => [route.path, lazy(route.load)]),
);

export function findRoute(path: string): { readonly route: Route; readonly params: Parameters } | undefined {
  for (const route of ROUTES) {
    const params = matchPath(route.path, path);
    if (params !== undefined) return { route, params };
  }
  return undefined;
}

export function CurrentPage(): ReactNode {
  const { path, query } = useAddress();
  const { account, region } = useSettings();
  useEffect(() => {
    if (path === "/") replaceAddress(`#${HOME}`);
  }, [path]);
  if (path === "/") return undefined;
  const found = findRoute(path);
  const Page = found && PAGES.get(found.route.path);
  if (found === undefined || Page === undefined) {
    return (
      <Alert type="warning" header="There is no such page">
        Nothing lives at <Box variant="code">#{path}</Box>. The navigation at the side leads to what there is.
      </Alert>
    );
  }
  // Another account or region is another world: pages begin anew.
  const key = `${account} ${region} ${path.split("/").slice(0, 3).join("/")}`;
  return (
    <ErrorBoundary key={key}>
      <Suspense fallback={<Loading />}>
        <Page params={found.params} query={query} />
      </Suspense>
    </ErrorBoundary>
  );
}

function Loading(): ReactNode {
  return (
    <Box textAlign="center" padding="xxl">
      <Spinner size="large" /> <span>Loading the page</span>
    </Box>
  );
}
