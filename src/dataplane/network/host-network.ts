/** The host's own network, for machines where nothing better can be had. */
import path from "node:path";
import { ApiListener } from "../runtime-api/api-listener.ts";
import { writeHostsFile } from "./hosts-file.ts";
import type { Network, NetworkSlot } from "./network.ts";

export class HostNetwork implements Network {
  readonly name = "host";
  readonly weaknesses = [
    "the network is the host's own: a function reaches what the host reaches, loopback included",
  ];
  readonly acquireWithin = undefined;
  readonly #hosts: string;
  #endpointUrl = "";

  /** `folder` takes what files are needed. */
  constructor(folder: string) {
    this.#hosts = path.join(folder, "hosts");
  }

  async start(endpointPort: number): Promise<void> {
    this.#endpointUrl = `http://127.0.0.1:${endpointPort}`;
    await writeHostsFile(this.#hosts, "127.0.0.1");
  }

  async acquire(): Promise<NetworkSlot> {
    const api = await ApiListener.open();
    return {
      namespace: undefined,
      userNamespace: undefined,
      resolvConf: undefined,
      hosts: this.#hosts,
      guestAddress: "127.0.0.1",
      api,
      apiAddress: `127.0.0.1:${api.port}`,
      credentialsAddress: `127.0.0.1:${api.port}`,
      endpointUrl: this.#endpointUrl,
      release: async () => api.close(),
    };
  }

  prepareToClose(): void {}

  async close(): Promise<void> {}
}
