/** What an alarm does when its state changes. */
import type { Scope } from "../../../model/mod.ts";
import type { AlarmState } from "../../../store/mod.ts";
import { type Alarm, lambdaEvent, topicMessage } from "./wording.ts";

/** How actions leave this service; each rejects where there is no such target. */
export interface ActionPorts {
  /** Accepts the event for asynchronous invocation. */
  invokeFunction(scope: Scope, arn: string, event: object): Promise<void>;
  /** Undefined: the settings name no server of topics. */
  readonly publish: ((arn: string, message: string, subject: string) => Promise<void>) | undefined;
}

const FUNCTION = /^arn:aws[a-z-]*:lambda:[^:]+:\d{12}:function:/;
const TOPIC = /^arn:aws[a-z-]*:sns:/;

export function actionsOf({ configuration, state }: Alarm): readonly string[] {
  switch (state.value) {
    case "OK":
      return configuration.OKActions ?? [];
    case "ALARM":
      return configuration.AlarmActions ?? [];
    case "INSUFFICIENT_DATA":
      return configuration.InsufficientDataActions ?? [];
    default:
      return state.value satisfies never;
  }
}

/** Undefined when it is done, else why it could not be: for the alarm's history. Never rejects. */
export async function act(
  ports: ActionPorts,
  scope: Scope,
  { alarm, before, arn, nowMs }: { alarm: Alarm; before: AlarmState; arn: string; nowMs: number },
): Promise<string | undefined> {
  try {
    if (FUNCTION.test(arn)) {
      await ports.invokeFunction(scope, arn, lambdaEvent(scope, alarm, before, nowMs));
      return undefined;
    }
    if (!TOPIC.test(arn))
      return "Lambkin calls functions and topics; this action is kept and not carried out.";
    if (ports.publish === undefined) return "LAMBKIN_SNS_ENDPOINT_URL is not set: there are no topics here.";
    const subject = `${alarm.state.value}: "${alarm.name}" in ${scope.region}`;
    await ports.publish(arn, JSON.stringify(topicMessage(scope, alarm, before)), subject);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
