/** A page's heading, where it stands, and its help; the rest is the page's own. */
import type { BreadcrumbGroupProps } from "@cloudscape-design/components/breadcrumb-group";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useThisPage } from "../app/frame-state.tsx";

interface Props {
  readonly title: string;
  /** Pages above this one; this one is added. */
  readonly crumbs?: readonly BreadcrumbGroupProps.Item[];
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  /** Made outside of the component, so that it stays one and the same. */
  readonly help?: ReactNode;
  /** A page that is one table has its heading in the table. */
  readonly isBare?: boolean;
  readonly children: ReactNode;
}

export function Page({ title, crumbs = [], description, actions, help, isBare, children }: Props): ReactNode {
  useThisPage(title, [...crumbs, { text: title, href: location.hash }], help);
  if (isBare) return children;
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={description} actions={actions}>
          {title}
        </Header>
      }
    >
      <SpaceBetween size="l">{children}</SpaceBetween>
    </ContentLayout>
  );
}
