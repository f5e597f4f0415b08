/** The frame every page stands in: bar on top, navigation, notices, help, and the page of the address. */

import AppLayout from "@cloudscape-design/components/app-layout";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Flashbar from "@cloudscape-design/components/flashbar";
import HelpPanel from "@cloudscape-design/components/help-panel";
import SideNavigation from "@cloudscape-design/components/side-navigation";
import { applyMode, Mode } from "@cloudscape-design/global-styles";
import { type ReactNode, useEffect, useState } from "react";
import { CurrentPage, findRoute } from "./current-page.tsx";
import { FrameProvider, useFrame } from "./frame-state.tsx";
import { useAddress } from "./router.ts";
import { HOME, NAVIGATION } from "./routes.ts";
import { useSettings } from "./settings.ts";
import { TopBar } from "./top-bar.tsx";

export function App(): ReactNode {
  const { mode } = useSettings();
  useEffect(() => applyMode(mode === "dark" ? Mode.Dark : Mode.Light), [mode]);
  return (
    <FrameProvider>
      <header id="top-bar">
        <TopBar />
      </header>
      <Layout />
    </FrameProvider>
  );
}

function Layout(): ReactNode {
  const { page, notices, isHelpOpen, setHelpOpen } = useFrame();
  const [isNavigationOpen, setNavigationOpen] = useState(() => innerWidth > 900);
  return (
    <AppLayout
      headerSelector="#top-bar"
      toolsOpen={isHelpOpen}
      onToolsChange={({ detail }) => setHelpOpen(detail.open)}
      tools={page.help ?? <HelpPanel header={<h2>Help</h2>}>This page has no help of its own.</HelpPanel>}
      navigation={<Navigation />}
      navigationOpen={isNavigationOpen}
      onNavigationChange={({ detail }) => setNavigationOpen(detail.open)}
      breadcrumbs={
        page.crumbs.length > 0 && <BreadcrumbGroup ariaLabel="Where you are" items={[...page.crumbs]} />
      }
      notifications={<Flashbar stackItems items={[...notices]} />}
      content={<CurrentPage />}
      ariaLabels={{
        navigation: "Pages",
        navigationToggle: "Open the navigation",
        navigationClose: "Close the navigation",
        notifications: "Notices",
        tools: "Help",
        toolsToggle: "Open the help",
        toolsClose: "Close the help",
      }}
    />
  );
}

function Navigation(): ReactNode {
  const { path } = useAddress();
  const route = findRoute(path)?.route;
  return (
    <SideNavigation
      header={{ text: "Lambkin", href: `#${HOME}` }}
      activeHref={`#${route?.below ?? route?.path ?? ""}`}
      items={NAVIGATION.map(({ section, entries }) => ({
        type: "section-group" as const,
        title: section,
        items: entries.map((entry) => ({
          type: "link" as const,
          text: entry.text,
          href: `#${entry.path}`,
        })),
      }))}
    />
  );
}
