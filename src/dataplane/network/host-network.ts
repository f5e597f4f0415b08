/** The host's own network, for machines where nothing better can be had. */
import { ApiListener } from "../runtime-api/api-listener.ts";
import type { Network, NetworkSlot } from "./network.ts";

export class HostNetwork implements Network {
  readonly name = "host";
  readonly weaknesses = [
    "the network is the host's own: a function reaches what the host reaches, loopback included",
  ];
  #endpointUrl = "";

  async start(endpointPort: number): Promise<void> {
    this.#endpointUrl = `http://127.0.0.1:${endpointPort}`;
  }

  async acquire(): Promise<NetworkSlot> {
    const api = await ApiListener.open();
    return {
      namespace: undefined,
      userNamespace: undefined,
      resolvConf: undefined,
      api,
      apiAddress: `127.0.0.1:${api.port}`,
      endpointUrl: this.#endpointUrl,
      release: async () => api.close(),
    };
  }

  async close(): Promise<void> {}
}
