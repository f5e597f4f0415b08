/** What a sending writes. */
import type { NewMessage } from "../../../store/mod.ts";
import type { QueueSettings } from "./queue-settings.ts";
import type { SendRequest } from "./requests.ts";

export function newMessage(
  settings: QueueSettings,
  { head, body, delayMs }: SendRequest,
  nowMs: number,
): NewMessage {
  if (settings.isFifo) return { head, body, sentAtMs: nowMs };
  const waitMs = delayMs ?? settings.delayMs;
  return { head, body, sentAtMs: nowMs, dueAtMs: waitMs === 0 ? undefined : nowMs + waitMs };
}

/** Undefined: every message of it is one of its own. */
export function deduplicationKey(
  settings: QueueSettings,
  { head, deduplicationId }: SendRequest,
): string | undefined {
  if (deduplicationId === undefined || !settings.isFifo) return undefined;
  // Group ids have no such character.
  return settings.deduplicatesByGroup ? `${head.groupId}\n${deduplicationId}` : deduplicationId;
}
