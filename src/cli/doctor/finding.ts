/** One line of `lambkin doctor`. */
import { existsSync } from "node:fs";
import path from "node:path";

export interface Finding {
  readonly name: string;
  /** `warn`: it works, but weaker or not all of it. `missing`: what most people want does not work. */
  readonly state: "ok" | "warn" | "missing";
  readonly text: string;
  /** The one command, or sentence, that helps. */
  readonly help?: string;
}

const MANAGERS: readonly (readonly [program: string, command: string])[] = [
  ["apt-get", "apt-get install -y"],
  ["dnf", "dnf install -y"],
  ["zypper", "zypper install -y"],
  ["pacman", "pacman -S"],
  ["apk", "apk add"],
];

/** How this machine installs packages of these (Debian's) names. */
export function installCommand(...packages: readonly string[]): string {
  const manager = MANAGERS.find(([program]) => findProgram(program) !== undefined);
  if (manager === undefined) return `install ${packages.join(", ")}`;
  return `${process.getuid?.() === 0 ? "" : "sudo "}${manager[1]} ${packages.join(" ")}`;
}

/** Absolute; also where ordinary users' PATH does not lead. */
export function findProgram(name: string): string | undefined {
  const folders = [
    ...(process.env["PATH"] ?? "").split(path.delimiter),
    "/usr/sbin",
    "/sbin",
    "/usr/local/sbin",
  ];
  return folders
    .map((folder) => path.join(folder, name))
    .find((file) => path.isAbsolute(file) && existsSync(file));
}
