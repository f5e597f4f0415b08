/** `lambkin status`: the server's health in words, its functions, and how many environments it has. */
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import type { Command } from "commander";
import { connectionOf, optionsOf } from "../connection.ts";
import { listFunctions } from "../functions.ts";
import { paint, print, printJson } from "../output.ts";
import { getJson } from "../product-api.ts";
import type { Health } from "../server-answers.ts";
import { table } from "../table.ts";

export function define(command: Command): void {
  command.action(async () => {
    const options = optionsOf(command);
    const connection = connectionOf(options);
    const [health, functions] = await Promise.all([
      getJson<Health>(connection, "/_lambkin/health"),
      listFunctions(connection),
    ]);
    if (options.json) printJson({ ...health, region: connection.region, functions });
    else show(health, functions, connection.region);
  });
}

function show(health: Health, functions: readonly FunctionConfiguration[], region: string): void {
  const counts = Object.entries(health.environments)
    .filter(([, count]) => typeof count === "number" && count > 0)
    .map(([name, count]) => `${count} ${wordsOf(name)}`);
  print(
    `${paint("bold", "server")}        Lambkin ${health.version} at ${health.endpoint}, ${health.status}`,
  );
  print(
    `${paint("bold", "isolation")}     ${health.isolation}, network: ${health.network}, auth: ${health.auth}`,
  );
  print(`${paint("bold", "environments")}  ${counts.join(", ") || "none"}`);
  for (const [at, weakness] of health.weaknesses.entries()) {
    print(`${at === 0 ? paint("yellow", "weaknesses") : "          "}    ${weakness}`);
  }
  if (health.weaknesses.length === 0) print(`${paint("bold", "weaknesses")}    none`);
  print("");
  if (functions.length === 0) {
    print(`No functions in ${region}; \`lambkin deploy <folder>\` makes one.`);
    return;
  }
  for (const line of table(
    [
      { title: `FUNCTION (${region})`, cell: (one) => one.FunctionName ?? "" },
      { title: "RUNTIME", cell: (one) => one.Runtime ?? one.PackageType ?? "" },
      { title: "MEMORY", cell: (one) => `${one.MemorySize} MB`, isRight: true },
      { title: "TIMEOUT", cell: (one) => `${one.Timeout} s`, isRight: true },
      { title: "CHANGED", cell: (one) => (one.LastModified ?? "").slice(0, 19).replace("T", " ") },
    ],
    functions,
  )) {
    print(line);
  }
}

/** `parkedSandboxes` is `parked sandboxes`. */
function wordsOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
