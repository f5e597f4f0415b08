/** Which of Lambda's runtimes have their own interpreter on this machine. */
import path from "node:path";
import { findInterpreters, placesOf } from "../../dataplane/mod.ts";
import { SUPPORTED_RUNTIMES } from "../../model/mod.ts";
import { type Finding, installCommand } from "./finding.ts";

/** Where `npm run runtimes` installs. */
const INSTALLED = path.join(import.meta.dirname, "../../../.cache/runtimes");

const LANGUAGES = [
  { language: "python", title: "Python", help: (version: string) => `uv python install ${version}` },
  { language: "nodejs", title: "Node.js", help: () => "npm run runtimes" },
  {
    language: "java",
    title: "Java",
    help: (version: string) => installCommand(`openjdk-${version}-jre-headless`),
  },
  { language: "ruby", title: "Ruby", help: (version: string) => `rbenv install ${version}` },
] as const;

export async function runtimeFindings(): Promise<Finding[]> {
  const own = process.env["LAMBKIN_RUNTIMES_DIR"];
  const folders = own === undefined ? [INSTALLED] : [path.resolve(own), INSTALLED];
  const found = await findInterpreters(placesOf(process.env, folders));
  return LANGUAGES.map(({ language, title, help }): Finding => {
    const supported = SUPPORTED_RUNTIMES.filter((each) => each.language === language).map(
      ({ version }) => version,
    );
    const here = found.filter((each) => each.language === language).map(({ version }) => version);
    const missing = supported.filter((version) => !here.includes(version));
    const there = supported.filter((version) => here.includes(version));
    if (missing.length === 0) return { name: title, state: "ok", text: there.join(", ") };
    if (here.length === 0) {
      return { name: title, state: "warn", text: "no version is here", help: help(missing[0] ?? "") };
    }
    const stand = `${(there.length > 0 ? there : here).join(", ")}; the nearest stands in for ${missing.join(", ")}`;
    return { name: title, state: "warn", text: stand, help: help(missing[0] ?? "") };
  });
}
