/** The kernel's name of this machine's architecture; undefined where nobody here knows its system calls. */
export function machineName(): "x86_64" | "aarch64" | undefined {
  if (process.arch === "x64") return "x86_64";
  return process.arch === "arm64" ? "aarch64" : undefined;
}
