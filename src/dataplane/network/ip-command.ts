/** iproute2, many commands at once: a process for each would cost more than what it does. */
import { execFile } from "node:child_process";

/** Rejects with the first that fails; those before it have happened. */
export function ip(commands: readonly string[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = execFile("ip", ["-batch", "-"], (error) => (error === null ? resolve() : reject(error)));
  child.stdin?.on("error", () => {});
  child.stdin?.end(`${commands.join("\n")}\n`);
  return promise;
}
