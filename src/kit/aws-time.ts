/** The two textual time formats that Lambda's API and log lines use. */

/** `2024-01-31T12:00:00.000+0000`: LastModified of functions. Source: recorded answers. */
export function lambdaTimestamp(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, -1)}+0000`;
}

/** `2024/01/31`: the day part of a log stream's name. */
export function slashedDay(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10).replaceAll("-", "/");
}
