/** One function: what it is, and all that can be seen of it and done with it, in tabs. */
import { GetFunctionCommand } from "@aws-sdk/client-lambda";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Tabs from "@cloudscape-design/components/tabs";
import { type ReactNode, Suspense, useState } from "react";
import { replaceAddress, to } from "../../app/router.ts";
import type { PageProps } from "../../app/routes.ts";
import { Failure } from "../../kit/failure.tsx";
import { lambda } from "../../kit/lambda.ts";
import { Page } from "../../kit/page.tsx";
import { useLoad } from "../../kit/use-load.ts";
import { DeleteFunction } from "./delete-function.tsx";
import { Overview } from "./overview.tsx";
import { TABS } from "./tabs.ts";

export default function FunctionPage({ params, query }: PageProps): ReactNode {
  const name = params["name"] ?? "";
  const version = query.get("version") ?? undefined;
  const { data, error, isLoading, reload } = useLoad(`function ${name} ${version}`, () =>
    lambda().send(new GetFunctionCommand({ FunctionName: name, Qualifier: version })),
  );
  const [isDeleting, setDeleting] = useState(false);
  const configuration = data?.Configuration;
  const crumbs = [
    { text: "Functions", href: "#/functions" },
    ...(version === undefined ? [] : [{ text: name, href: to("functions", name) }]),
  ];
  return (
    <Page
      title={version === undefined ? name : `Version ${version}`}
      crumbs={crumbs}
      description={configuration?.Description || undefined}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button
            iconName="refresh"
            ariaLabel="Load again"
            loading={isLoading}
            onClick={() => void reload()}
          />
          <Button disabled={configuration === undefined} onClick={() => setDeleting(true)}>
            Delete
          </Button>
        </SpaceBetween>
      }
    >
      <Failure error={error} retry={reload} />
      {data !== undefined && configuration !== undefined && (
        <>
          <Overview configuration={configuration} />
          <Tabs
            ariaLabel={`Of ${name}`}
            activeTabId={query.get("tab") ?? "code"}
            onChange={({ detail }) => replaceAddress(address(name, version, detail.activeTabId))}
            tabs={TABS.filter((tab) => version === undefined || tab.isForVersions).map((tab) => ({
              id: tab.id,
              label: tab.label,
              // What was typed in one tab is still there after a look at another.
              contentRenderStrategy: "lazy" as const,
              content: (
                <Suspense fallback={<Opening />}>
                  <tab.Content
                    name={name}
                    version={version}
                    configuration={configuration}
                    answer={data}
                    reload={reload}
                    section={query.get("section") ?? undefined}
                  />
                </Suspense>
              ),
            }))}
          />
        </>
      )}
      {isDeleting && <DeleteFunction name={name} version={version} onClose={() => setDeleting(false)} />}
    </Page>
  );
}

function address(name: string, version: string | undefined, tab: string): string {
  return `${to("functions", name)}?${new URLSearchParams({ ...(version !== undefined && { version }), tab })}`;
}

function Opening(): ReactNode {
  return (
    <Box padding="l" textAlign="center">
      <Spinner /> <span>Loading</span>
    </Box>
  );
}
