/** Log groups: finding them, and the words for their settings. */
import { DescribeLogGroupsCommand, type LogGroup } from "@aws-sdk/client-cloudwatch-logs";
import { allPages } from "../../kit/lambda.ts";
import { logs } from "../log-group/logs-client.ts";

/** What PutRetentionPolicy takes, in days. Source: its reference. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Empty value: for ever. */
export const RETENTION_OPTIONS = [undefined, ...RETENTION_DAYS].map((days) => ({
  value: days === undefined ? "" : String(days),
  label: retentionWords(days),
}));

export function listGroups(): Promise<LogGroup[]> {
  return allPages(async (marker) => {
    const answer = await logs().send(new DescribeLogGroupsCommand({ nextToken: marker, limit: 50 }));
    return { items: answer.logGroups, next: answer.nextToken };
  });
}

/** Undefined when there is none of this very name. */
export async function findGroup(name: string): Promise<LogGroup | undefined> {
  const answer = await logs().send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }));
  return answer.logGroups?.find((group) => group.logGroupName === name);
}

export function retentionWords(days: number | undefined): string {
  if (days === undefined) return "Kept for ever";
  if (days >= 365) {
    const years = Math.round((days / 365) * 10) / 10;
    return `${days.toLocaleString("en")} days (${years} ${years === 1 ? "year" : "years"})`;
  }
  return days === 1 ? "1 day" : `${days} days`;
}
