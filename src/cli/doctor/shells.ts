/** Whether people can be let into sandboxes here: what `lambkin shell` and `lambkin debug` need beside the server. */
import { type Finding, findProgram, installCommand } from "./finding.ts";

const NEEDED = [
  ["perl", "perl-base"],
  ["script", "bsdutils"],
  ["stty", "coreutils"],
] as const;

export function shellFinding(): Finding {
  const name = "shells, debuggers";
  const missing = NEEDED.filter(([program]) => findProgram(program) === undefined);
  if (missing.length === 0) return { name, state: "ok", text: "functions can be entered" };
  const text = `they need ${missing.map(([program]) => program).join(", ")}`;
  return { name, state: "warn", text, help: installCommand(...missing.map(([, name]) => name)) };
}
