/** `lambkin usage`: what functions used, and what that would have cost on AWS. */
import type { Command } from "commander";
import { usageError } from "../cli-error.ts";
import { connectionOf, optionsOf } from "../connection.ts";
import { paint, print, printJson } from "../output.ts";
import { getJson, getText } from "../product-api.ts";
import type { Usage, UsageDay } from "../server-answers.ts";
import { table } from "../table.ts";

interface UsageOptions {
  readonly from?: string;
  readonly to?: string;
  readonly function?: string;
  readonly csv?: boolean;
}

export function define(command: Command): void {
  command
    .option("--from <day>", "first day, 2026-11-01 (else the first of this month)")
    .option("--to <day>", "last day (else today)")
    .option("--function <name>", "only this function")
    .option("--csv", "print CSV: a line for each function, version and day")
    .action(async () => {
      const options = optionsOf<UsageOptions>(command);
      if (options.csv && options.json) throw usageError("--csv and --json exclude each other.");
      const connection = connectionOf(options);
      const query = new URLSearchParams();
      for (const key of ["from", "to", "function"] as const) {
        if (options[key] !== undefined) query.set(key, options[key]);
      }
      // A region that was not named is no wish for one: costs are of the whole account.
      if (options.region !== undefined) query.set("region", options.region);
      if (options.csv) query.set("format", "csv");
      const path = `/_lambkin/usage?${query}`;
      if (options.csv) process.stdout.write(await getText(connection, path));
      else {
        const usage = await getJson<Usage>(connection, path);
        if (options.json) printJson(usage);
        else show(usage);
      }
    });
}

interface FunctionSum {
  readonly functionName: string;
  readonly requests: number;
  readonly billedMs: number;
  readonly gbSeconds: number;
  readonly cost: number;
}

function show(usage: Usage): void {
  const { total, prices } = usage;
  const sums = sumsOf(usage.days);
  if (sums.length === 0) {
    print(`Nothing ran from ${usage.from} to ${usage.to}.`);
    return;
  }
  const whole: FunctionSum = {
    functionName: "total",
    requests: total.requests,
    billedMs: sums.reduce((sum, { billedMs }) => sum + billedMs, 0),
    gbSeconds: total.gbSeconds,
    cost: total.cost.total,
  };
  const lines = table<FunctionSum>(
    [
      { title: "FUNCTION", cell: ({ functionName }) => functionName },
      { title: "REQUESTS", cell: ({ requests }) => requests.toLocaleString("en"), isRight: true },
      {
        title: "BILLED",
        cell: ({ billedMs }) => `${(billedMs / 1000).toLocaleString("en")} s`,
        isRight: true,
      },
      { title: "GB-SECONDS", cell: ({ gbSeconds }) => number(gbSeconds), isRight: true },
      { title: "COST", cell: ({ cost }) => money(cost), isRight: true },
    ],
    [...sums, whole],
  );
  for (const line of lines.slice(0, -1)) print(line);
  print(paint("bold", lines.at(-1) ?? ""));
  print("");
  print(
    `What this would have cost on AWS, ${usage.from} to ${usage.to}: ${paint("bold", money(total.cost.total))}`,
  );
  const { requests, gbSeconds } = total.freeTier;
  print(`The free tier takes ${number(requests)} requests and ${number(gbSeconds)} GB-seconds of it;`);
  print(`left to pay: ${paint("bold", money(total.costAfterFreeTier))}. What it cost here: nothing.`);
  print(paint("dim", `Prices in ${usage.currency} as of ${prices.date}, ${prices.region}: ${prices.source}`));
}

/** By function, the dearest first. */
function sumsOf(days: readonly UsageDay[]): FunctionSum[] {
  const sums = new Map<string, FunctionSum>();
  for (const { functionName, requests, billedMs, gbSeconds, cost } of days) {
    const so = sums.get(functionName) ?? { functionName, requests: 0, billedMs: 0, gbSeconds: 0, cost: 0 };
    sums.set(functionName, {
      functionName,
      requests: so.requests + requests,
      billedMs: so.billedMs + billedMs,
      gbSeconds: so.gbSeconds + gbSeconds,
      cost: so.cost + cost.total,
    });
  }
  return [...sums.values()].sort((one, other) => other.cost - one.cost || other.requests - one.requests);
}

function number(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 6 });
}

/** Fractions of a cent are what there is to see. */
function money(dollars: number): string {
  return `$${dollars.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: dollars < 1 ? 8 : 2 })}`;
}
