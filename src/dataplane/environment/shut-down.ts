/**
 * The Shutdown phase of an environment with extensions: the runtime is asked to end, then extensions are told, and
 * whoever is left when the time is up is killed by the caller.
 *
 * Source: "Understanding the Lambda execution environment lifecycle" page; the runtime's share and the order: AWS's
 * runtime interface emulator.
 */
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import { type Clock, deferred } from "../../kit/mod.ts";
import type { ShutdownReason } from "../extensions/extension.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { GuestApis } from "./guest-apis.ts";

export interface ShutDownOptions {
  readonly sandbox: Sandbox;
  readonly apis: GuestApis;
  readonly reason: ShutdownReason;
  readonly clock: Clock;
}

export async function shutDown({ sandbox, apis, reason, clock }: ShutDownOptions): Promise<void> {
  const { supervisor } = sandbox;
  const { extensions, telemetry } = apis;
  const { shutdownExternalMs, shutdownInternalMs, shutdownRuntimeShare } = ENVIRONMENT_LIMITS;
  const totalMs = extensions.hasExternal ? shutdownExternalMs : shutdownInternalMs;
  const deadlineMs = clock.monotonicMs() + totalMs;
  const within = async (untilMs: number, what: Promise<unknown>): Promise<void> => {
    const patience = deferred<void>();
    const timer = clock.after(Math.max(0, untilMs - clock.monotonicMs()), () => patience.resolve());
    await Promise.race([what, patience.promise]);
    timer.cancel();
  };
  const ended = sandbox.exited.then(() => {});
  const runtimeEnded = supervisor === undefined ? ended : Promise.race([supervisor.runtimeExited, ended]);
  // A runtime whose time was up has had its chance.
  if (reason !== "timeout" && supervisor?.isRuntimeAlive !== false) {
    sandbox.terminate();
    const shareMs = extensions.hasExternal ? totalMs * shutdownRuntimeShare : totalMs;
    await within(deadlineMs - totalMs + shareMs, runtimeEnded);
  }
  if (supervisor === undefined) return;
  supervisor.signalRuntime("SIGKILL");
  const flushed = telemetry.flush();
  const told = extensions.shutDown(reason, Math.floor(clock.nowMs() + deadlineMs - clock.monotonicMs()));
  const awaited = new Map(told.map(({ program }) => [program, deferred<void>()]));
  supervisor.onExtensionExited = (index) => awaited.get(index)?.resolve();
  for (const index of extensions.externals()) {
    if (!awaited.has(index)) supervisor.signalExtension(index, "SIGKILL");
  }
  const left = Promise.all([...awaited.values()].map(({ promise }) => promise));
  const said = left.then(() => supervisor.drained());
  await within(deadlineMs, Promise.race([Promise.all([said, flushed]), ended]));
}
