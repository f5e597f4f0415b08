/** The thread of a front: the services without what their operations do. */
import { parentPort, workerData } from "node:worker_threads";
import { serveFront } from "../gateway/mod.ts";
import { isReadOnlyFolder } from "../kit/mod.ts";
import type { FrontData } from "./doors.ts";
import { services } from "./services.ts";

if (parentPort !== null) {
  serveFront(parentPort, {
    services: (operationsOf) =>
      services({
        lambda: operationsOf("lambda"),
        logs: operationsOf("logs"),
        sqs: operationsOf("sqs"),
        cloudWatch: operationsOf("monitoring"),
      }),
    isDiskReadOnly: () => isReadOnlyFolder((workerData as FrontData).dataDir),
    reportFault: (error, requestId) => console.error(`lambkin: request ${requestId} failed:`, error),
  });
}
