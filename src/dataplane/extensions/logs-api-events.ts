/** Platform events in the words of the Logs API, the Telemetry API's predecessor. Source: "Lambda Logs API" page. */
import type { PlatformEvent } from "../platform/platform-event.ts";
import { recordOf } from "../platform/platform-json.ts";

export interface LogsApiEvent {
  readonly type: string;
  readonly record: unknown;
}

/** Most of what came later it does not know; a report brings the end with it. */
export function logsApiEvents(event: PlatformEvent): readonly LogsApiEvent[] {
  switch (event.kind) {
    case "start":
      return [{ type: "platform.start", record: { requestId: event.requestId, version: event.version } }];
    case "runtimeDone":
      return [{ type: "platform.runtimeDone", record: { requestId: event.requestId, status: event.status } }];
    case "report": {
      const { requestId, metrics } = recordOf(event) as { requestId: string; metrics: object };
      return [
        { type: "platform.end", record: { requestId } },
        { type: "platform.report", record: { requestId, metrics } },
      ];
    }
    case "failed":
      return [{ type: "platform.fault", record: `RequestId: ${event.requestId} ${event.reason}` }];
    case "extension":
      return [{ type: "platform.extension", record: recordOf(event) }];
    case "telemetrySubscription":
      return [{ type: "platform.logsSubscription", record: recordOf(event) }];
    default:
      return [];
  }
}
