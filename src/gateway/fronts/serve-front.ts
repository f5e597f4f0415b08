/** A front, in its own thread: a front door of its own on the shared port, with the server's thread behind it. */
import type { MessagePort } from "node:worker_threads";
import type { OperationTable } from "../../model/mod.ts";
import { FrontDoor } from "../front-door.ts";
import { type HttpServer, listen } from "../http-server.ts";
import type { ServiceDefinition } from "../service.ts";
import { FrontCalls } from "./front-calls.ts";
import { type DeskMessage, type FrontMessage, type ListenPlan, sentFailure } from "./messages.ts";
import { Outbox, unpacked } from "./outbox.ts";

export interface FrontParts {
  /** The services with these operations, by the service's name. */
  readonly services: (operationsOf: (service: string) => OperationTable) => readonly ServiceDefinition[];
  readonly isDiskReadOnly: () => boolean;
  readonly reportFault: (error: unknown, requestId: string) => void;
}

export function serveFront(port: MessagePort, { services, isDiskReadOnly, reportFault }: FrontParts): void {
  const outbox: Outbox<FrontMessage> = new Outbox(port, (message, error) => calls.refused(message, error));
  const send = (message: FrontMessage): void => outbox.send(message);
  const calls = new FrontCalls(send);
  let frontDoor: FrontDoor | undefined;
  let server: HttpServer | undefined;

  const open = async (plan: ListenPlan): Promise<void> => {
    frontDoor = new FrontDoor({
      services: services((service) => calls.operations(service, plan)),
      virtualHosts: calls.virtualHosts(plan),
      product: calls.product,
      tunnels: calls.tunnels(plan),
      isDiskReadOnly,
      reportFault,
    });
    try {
      server = await listen(frontDoor, plan.host, plan.port, { answeredAtOnce: calls.answeredAtOnce });
    } catch (error) {
      send(["notListening", 0, sentFailure(error)]);
      return;
    }
    send(["listening", 0, server.host, server.port]);
    // Not waited for: the first requests are served without, a little slower.
    void frontDoor.warm("lambda");
  };

  const receive = (message: DeskMessage): void => {
    switch (message[0]) {
      case "listen":
        void open(message[2]);
        break;
      case "closeTunnels":
        frontDoor?.closeTunnels();
        break;
      case "drain":
        void server?.drain().then(() => send(["drained", 0]));
        break;
      default:
        calls.receive(message);
    }
  };

  port.on("message", (memory: ArrayBuffer) => {
    for (const message of unpacked<DeskMessage>(memory)) receive(message);
  });
}
