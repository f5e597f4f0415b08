/** The bar on top: whose functions are shown (account, region), colours, help. */
import TopNavigation from "@cloudscape-design/components/top-navigation";
import { type ReactNode, useState } from "react";
import { AccountDialog } from "./account-dialog.tsx";
import { useFrame } from "./frame-state.tsx";
import { changeSettings, useSettings } from "./settings.ts";

const REGIONS: readonly (readonly [id: string, name: string])[] = [
  ["us-east-1", "N. Virginia"],
  ["us-east-2", "Ohio"],
  ["us-west-1", "N. California"],
  ["us-west-2", "Oregon"],
  ["ca-central-1", "Canada"],
  ["eu-central-1", "Frankfurt"],
  ["eu-west-1", "Ireland"],
  ["eu-west-2", "London"],
  ["eu-west-3", "Paris"],
  ["eu-north-1", "Stockholm"],
  ["ap-northeast-1", "Tokyo"],
  ["ap-south-1", "Mumbai"],
  ["ap-southeast-1", "Singapore"],
  ["ap-southeast-2", "Sydney"],
  ["sa-east-1", "São Paulo"],
];

export function TopBar(): ReactNode {
  const { account, region, mode } = useSettings();
  const { setHelpOpen, isHelpOpen } = useFrame();
  const [isAsking, setAsking] = useState(false);
  const other = mode === "dark" ? "light" : "dark";
  return (
    <>
      <TopNavigation
        identity={{
          href: "#/",
          title: "Lambkin",
          logo: { src: `${import.meta.env.BASE_URL}icon.svg`, alt: "" },
        }}
        i18nStrings={{ overflowMenuTriggerText: "More", overflowMenuTitleText: "All" }}
        utilities={[
          {
            type: "button",
            text: other === "dark" ? "Dark" : "Light",
            ariaLabel: `Switch to ${other} mode`,
            title: `Switch to ${other} mode`,
            onClick: () => changeSettings({ mode: other }),
          },
          {
            type: "button",
            iconName: "status-info",
            ariaLabel: "Help for this page",
            title: "Help for this page",
            onClick: () => setHelpOpen(!isHelpOpen),
          },
          {
            type: "menu-dropdown",
            text: region,
            ariaLabel: `Region ${region}`,
            title: "Region",
            items: REGIONS.map(([id, name]) => ({ id, text: `${name} (${id})` })),
            onItemClick: ({ detail }) => changeSettings({ region: detail.id }),
          },
          {
            type: "button",
            iconName: "user-profile",
            text: account,
            ariaLabel: `Account ${account}: choose another`,
            onClick: () => setAsking(true),
          },
        ]}
      />
      {isAsking && <AccountDialog account={account} onClose={() => setAsking(false)} />}
    </>
  );
}
