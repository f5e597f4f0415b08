/** The name in an alarm's ARN. */
import type { Scope } from "../../../model/mod.ts";
import { resourceNotFound } from "../errors.ts";

const ARN = /^arn:aws[a-z-]*:cloudwatch:([a-z0-9-]+):(\d{12}):alarm:(.+)$/;

/** Throws ResourceNotFoundException, for ARNs of other accounts and regions, too. */
export function alarmNameOf(scope: Scope, arn: string): string {
  const [, region, accountId, name] = ARN.exec(arn) ?? [];
  if (name === undefined || region !== scope.region || accountId !== scope.accountId)
    throw resourceNotFound(arn);
  return name;
}
