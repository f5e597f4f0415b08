/** What queues write together. */
import type { GroupCommit } from "../../../kit/mod.ts";
import type { QueueWrite, WriteResult } from "../../../store/mod.ts";

export type QueueCommits = GroupCommit<QueueWrite, WriteResult | undefined>;
