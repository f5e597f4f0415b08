/** What follows a function's name: a version, an alias, or `$LATEST`. */

export const LATEST = "$LATEST";

/** `prod` of a function's ARN that ends with it; `$LATEST` where nothing follows the name. */
export function qualifierOfArn(arn: string | undefined): string {
  return arn?.split(":")[7] ?? LATEST;
}

/** What the API is told: nothing stands for `$LATEST`. */
export function qualifierToSend(qualifier: string): string | undefined {
  return qualifier === LATEST ? undefined : qualifier;
}
