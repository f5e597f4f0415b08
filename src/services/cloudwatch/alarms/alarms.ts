/**
 * Alarms: looked at when they are made and at each minute's turn, and what they do when their state changes.
 *
 *   INSUFFICIENT_DATA ◀──▶ OK ◀──▶ ALARM      every state can follow every other; SetAlarmState sets any
 */
import type { Clock } from "../../../kit/mod.ts";
import type { Scope } from "../../../model/mod.ts";
import type { MetricBuffer } from "../../../observe/mod.ts";
import type {
  AlarmHistoryItem,
  AlarmState,
  AlarmStateValue,
  AlarmStore,
  MetricStore,
} from "../../../store/mod.ts";
import { MINUTE_MS } from "../data-points.ts";
import { MetricQueries } from "../metric-queries.ts";
import { type ActionPorts, act, actionsOf } from "./actions.ts";
import { type AlarmConfiguration, periodMsOfAlarm, queriesOf, shownId } from "./configuration.ts";
import { comparisonOf, EXTRA_PERIODS, judge, type Rule } from "./judge.ts";
import { type Alarm, reasonDataOf, reasonOf, type SeenPoint } from "./wording.ts";

export interface AlarmsOptions {
  readonly store: AlarmStore<AlarmConfiguration>;
  readonly metrics: MetricStore;
  readonly buffer: MetricBuffer;
  readonly clock: Clock;
  readonly ports: ActionPorts;
  readonly reportFault: (error: unknown) => void;
}

export interface NewState {
  readonly value: AlarmStateValue;
  readonly reason: string;
  readonly reasonData: string | undefined;
}

export class Alarms {
  readonly #options: AlarmsOptions;

  constructor(options: AlarmsOptions) {
    this.#options = options;
  }

  /** At the turn of a minute. One alarm that fails holds up no other. */
  async evaluateAll(): Promise<void> {
    const { store, buffer, reportFault } = this.#options;
    const all = await store.listAll();
    if (all.length === 0) return;
    await buffer.flush();
    for (const { scope, alarm } of all) await this.evaluate(scope, alarm).catch(reportFault);
  }

  /** By its latest whole periods. */
  async evaluate(scope: Scope, alarm: Alarm): Promise<void> {
    const { clock } = this.#options;
    const { configuration, state: before } = alarm;
    const { values, fromMs, periodMs } = await this.#values(scope, configuration);
    const judged = judge(ruleOf(configuration), values);
    if (judged.state === undefined || judged.state === before.value) return;
    const points = judged.seen.map(
      (place): SeenPoint => ({ startMs: fromMs + place * periodMs, value: values[place] ?? 0 }),
    );
    await this.setState(scope, alarm.name, {
      value: judged.state,
      reason: reasonOf(configuration, judged.state, before.value, points),
      reasonData: reasonDataOf(configuration, points, clock.nowMs()),
    });
  }

  /** Actions follow when the value is another one than before. False when there is no such alarm. */
  async setState(scope: Scope, name: string, to: NewState): Promise<boolean> {
    const { store, clock } = this.#options;
    const nowMs = clock.nowMs();
    let before: AlarmState | undefined;
    const alarm = await store.update(scope, name, (current) => {
      if (current === undefined) return undefined;
      before = current.state;
      const changedAtMs = to.value === before.value ? before.changedAtMs : nowMs;
      return { ...current, state: { ...to, updatedAtMs: nowMs, changedAtMs } };
    });
    if (alarm === undefined || before === undefined) return false;
    if (alarm.state.value === before.value) return true;
    await store.addHistory(scope, stateUpdate(alarm, before, nowMs));
    if (alarm.areActionsEnabled) await this.#act(scope, alarm, before);
    return true;
  }

  async #act(scope: Scope, alarm: Alarm, before: AlarmState): Promise<void> {
    const { store, ports, clock } = this.#options;
    for (const arn of actionsOf(alarm)) {
      const nowMs = clock.nowMs();
      const failure = await act(ports, scope, { alarm, before, arn, nowMs });
      const said = failure === undefined ? "Successfully executed action" : "Failed to execute action";
      await store.addHistory(scope, {
        name: alarm.name,
        timeMs: nowMs,
        kind: "Action",
        summary: `${said} ${arn}`,
        data: JSON.stringify({
          actionState: failure === undefined ? "Succeeded" : "Failed",
          stateUpdateTimestamp: alarm.state.updatedAtMs,
          notificationResource: arn,
          ...(failure !== undefined && { error: failure }),
        }),
      });
    }
  }

  async #values(scope: Scope, configuration: AlarmConfiguration) {
    const { metrics, clock } = this.#options;
    const periodMs = periodMsOfAlarm(configuration);
    const periods = (configuration.EvaluationPeriods ?? 1) + EXTRA_PERIODS;
    // The minute that is not over would look like a drop.
    const untilMs = Math.floor(clock.nowMs() / MINUTE_MS) * MINUTE_MS;
    const fromMs = untilMs - periods * periodMs;
    const times = { fromMs, untilMs, isSliding: true };
    const queries = new MetricQueries(metrics, scope, queriesOf(configuration), times);
    const [series] = await queries.seriesOf(shownId(configuration));
    const values = Array.from({ length: periods }, (_, index) =>
      series?.points.get(fromMs + index * periodMs),
    );
    return { values, fromMs, periodMs };
  }
}

function ruleOf(configuration: AlarmConfiguration): Rule {
  const { EvaluationPeriods = 1, DatapointsToAlarm, Threshold = 0, TreatMissingData } = configuration;
  const comparison = comparisonOf(configuration.ComparisonOperator);
  return {
    evaluationPeriods: EvaluationPeriods,
    datapointsToAlarm: DatapointsToAlarm ?? EvaluationPeriods,
    isBreaching: (value) => comparison?.isTrue(value, Threshold) ?? false,
    missing: (TreatMissingData as Rule["missing"] | undefined) ?? "missing",
  };
}

function stateUpdate(alarm: Alarm, before: AlarmState, nowMs: number): AlarmHistoryItem {
  const shown = ({ value, reason, reasonData }: AlarmState): object => ({
    stateValue: value,
    stateReason: reason,
    ...(reasonData !== undefined && { stateReasonData: parsed(reasonData) }),
  });
  return {
    name: alarm.name,
    timeMs: nowMs,
    kind: "StateUpdate",
    summary: `Alarm updated from ${before.value} to ${alarm.state.value}`,
    data: JSON.stringify({ version: "1.0", oldState: shown(before), newState: shown(alarm.state) }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
