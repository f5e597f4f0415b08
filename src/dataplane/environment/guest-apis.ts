/** The APIs behind an environment's port through one life of its processes: Runtime, Extensions and Telemetry API. */
import type { Clock } from "../../kit/mod.ts";
import type { InvokeEvent } from "../extensions/extension.ts";
import { ExtensionHost, type FunctionIdentity } from "../extensions/extension-host.ts";
import { extensionsApi } from "../extensions/extensions-api.ts";
import { telemetryApi } from "../extensions/telemetry-api.ts";
import { TelemetryHub } from "../extensions/telemetry-hub.ts";
import type { PlatformFailure } from "../platform/failure-payload.ts";
import type { ApiListener } from "../runtime-api/api-listener.ts";
import { httpLink } from "../runtime-api/http-link.ts";
import type { RuntimeLink, RuntimeListener } from "../runtime-api/runtime-link.ts";
import { credentialsApi } from "./container-credentials.ts";
import type { EnvironmentLog } from "./environment-log.ts";

/** Where a life of processes takes place. */
export interface Surroundings {
  readonly api: ApiListener;
  /** Where the guest's ports are; undefined where they cannot be reached. */
  readonly guestAddress: string | undefined;
  /** Whether the runtime speaks the Runtime API; managed ones have a socket of their own. */
  readonly isHttpRuntime: boolean;
  /** Names of the external extensions, in the order of the sandbox's programs. */
  readonly externals: readonly string[];
  readonly identity: FunctionIdentity;
  /** With which its functions ask for credentials; undefined where they have them. */
  readonly credentialsToken: string | undefined;
}

export interface GuestApisOptions {
  readonly surroundings: Surroundings;
  readonly listener: RuntimeListener;
  readonly log: EnvironmentLog;
  readonly clock: Clock;
  readonly onRegistered: () => void;
  readonly onChange: () => void;
  readonly onFailure: (failure: PlatformFailure) => void;
}

export class GuestApis {
  readonly extensions: ExtensionHost;
  readonly telemetry: TelemetryHub;
  /** Undefined for managed runtimes. */
  readonly link: RuntimeLink | undefined;
  readonly #api: ApiListener;
  readonly #log: EnvironmentLog;

  constructor({ surroundings, listener, log, clock, ...events }: GuestApisOptions) {
    const { api, guestAddress, isHttpRuntime, externals, identity, credentialsToken } = surroundings;
    this.#api = api;
    this.#log = log;
    this.extensions = new ExtensionHost({
      identity,
      externals,
      report: (event) => log.platform(event),
      ...events,
    });
    this.telemetry = new TelemetryHub(guestAddress, clock, log.isJson);
    log.setTap(this.telemetry);
    const link = isHttpRuntime ? httpLink(listener) : undefined;
    this.link = link;
    api.serve([
      ...(link === undefined ? [] : [link.handle]),
      ...(credentialsToken === undefined
        ? []
        : [credentialsApi(credentialsToken, identity.accountId, clock)]),
      extensionsApi(this.extensions),
      telemetryApi({
        host: this.extensions,
        hub: this.telemetry,
        onSubscribed: (name, which, types) =>
          log.platform({ kind: "telemetrySubscription", api: which, name, types }),
      }),
    ]);
  }

  /** The init phase is over, well or badly. */
  endInit(): void {
    this.extensions.close();
    this.extensions.report();
    this.telemetry.closeSubscriptions();
    // Nobody reads along: lines cost nothing from here on.
    if (!this.telemetry.hasSubscribers) this.#log.setTap(undefined);
  }

  invoke(event: InvokeEvent): void {
    if (this.extensions.count > 0) this.extensions.invoke(event);
  }

  close(): void {
    this.link?.close();
    this.#api.hangUp();
    this.#log.setTap(undefined);
    this.telemetry.close();
  }
}
