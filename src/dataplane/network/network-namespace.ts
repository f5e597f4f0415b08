/**
 * One network namespace with a way out: eth0, whose other end is an interface of the host. Nothing but an open descriptor
 * of this process holds it: it goes, and its interfaces with it, however the server ends.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { GATEWAY, interfaceName } from "./network-rules.ts";

export interface NetworkNamespace {
  /** For `nsenter --net=`. */
  readonly file: string;
  /** Resolves when its interfaces are gone, and their names free again. */
  close(): Promise<void>;
}

/** `address` is the guest's. Rejects where this process may not make one. */
export async function openNetworkNamespace(
  server: number,
  slot: number,
  address: string,
): Promise<NetworkNamespace> {
  // Made first, set up once the host has moved the guest's end of the cable in.
  const script = `echo; read -r _; ip -batch - <<END || exit 1
link set lo up
addr add ${address}/32 dev eth0
link set eth0 up
route add ${GATEWAY}/32 dev eth0
route add default via ${GATEWAY} dev eth0 onlink
END
echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6 2>/dev/null
echo; read -r _`;
  const maker = spawn("unshare", ["--net", "--", "/bin/sh", "-c", script], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { PATH: process.env["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin" },
  });
  const ended = new Promise<never>((_resolve, reject) => {
    maker.once("error", reject);
    maker.once("exit", (code) => reject(new Error(`the network namespace could not be made: ${code}`)));
  });
  ended.catch(() => {});
  maker.stdin.on("error", () => {});
  try {
    await Promise.race([once(maker.stdout, "data"), ended]);
    const name = interfaceName(server, slot);
    const commands = [
      `link add ${name} type veth peer name eth0 netns ${maker.pid}`,
      `addr add ${GATEWAY}/32 dev ${name}`,
      `link set ${name} up`,
      `route add ${address}/32 dev ${name}`,
    ];
    // The kernel may still be clearing away what a killed server left under this name.
    await ip(commands).catch(async () => {
      await ip([`link del ${name}`]).catch(() => {});
      await ip(commands);
    });
    // What is led to the host's loopback comes in here; the rules let nothing else get there.
    await writeFile(`/proc/sys/net/ipv4/conf/${name}/route_localnet`, "1");
    maker.stdin.write("\n");
    await Promise.race([once(maker.stdout, "data"), ended]);
    const descriptor = openSync(`/proc/${maker.pid}/ns/net`, "r");
    return {
      file: `/proc/${process.pid}/fd/${descriptor}`,
      close: async () => {
        await ip([`link del ${name}`]).catch(() => {});
        closeSync(descriptor);
      },
    };
  } finally {
    maker.stdin.end();
  }
}

function ip(commands: readonly string[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = execFile("ip", ["-batch", "-"], (error) => (error === null ? resolve() : reject(error)));
  child.stdin?.on("error", () => {});
  child.stdin?.end(`${commands.join("\n")}\n`);
  return promise;
}
