/** Which process a number means: numbers are used again, the moment a process began is not. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Source: proc_pid_stat(5), field 22, counted after the name, which may hold anything. */
const START_TIME_AFTER_NAME = 22 - 3;
const STATE_AFTER_NAME = 0;

/** Undefined when there is no such process, or only its remains. */
export function identityOf(processId: number): string | undefined {
  try {
    if (process.platform !== "linux") {
      const text = execFileSync("ps", ["-o", "lstart=", "-p", String(processId)], { encoding: "utf8" });
      return text.trim() || undefined;
    }
    const stat = readFileSync(`/proc/${processId}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[STATE_AFTER_NAME] === "Z" ? undefined : fields[START_TIME_AFTER_NAME];
  } catch {
    return undefined;
  }
}
