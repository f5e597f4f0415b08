/** `lambkin top`: the execution environments, live. */
import type { Command } from "commander";
import { CLI_LIMITS } from "../../config/mod.ts";
import { isConnectionTrouble } from "../cli-error.ts";
import { type Connection, connectionOf, optionsOf } from "../connection.ts";
import { cutLine } from "../cut-line.ts";
import { picture } from "../environments-picture.ts";
import { onInterrupt, pause } from "../interrupt.ts";
import { paint, print, printJson } from "../output.ts";
import { getEvents, getJson } from "../product-api.ts";
import { openScreen } from "../screen.ts";
import type { Environments } from "../server-answers.ts";

interface TopOptions {
  readonly once?: boolean;
}

const PATH = "/_lambkin/environments";
const STREAM = `${PATH}/stream`;
/** Ages grow when nothing happens, too. */
const REDRAW_MS = 1000;

export function define(command: Command): void {
  command.option("--once", "print it once").action(async () => {
    const options = optionsOf<TopOptions>(command);
    const connection = connectionOf(options);
    if (options.once || (!options.json && !process.stdout.isTTY)) {
      const now = await getJson<Environments>(connection, PATH);
      if (options.json) printJson(now);
      else
        for (const line of picture(now, { nowMs: Date.now(), size: undefined, ...connection })) print(line);
    } else if (options.json) await printChanges(connection);
    else await show(connection);
  });
}

/** A line of JSON for each change. */
async function printChanges(connection: Connection): Promise<void> {
  const signal = onInterrupt();
  try {
    for await (const now of getEvents<Environments>(connection, STREAM, signal)) print(JSON.stringify(now));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function show(connection: Connection): Promise<void> {
  // Nobody there: a sentence is better than an empty screen.
  let now = await getJson<Environments>(connection, PATH);
  let isAway = false;
  const quit = new AbortController();
  const signal = AbortSignal.any([onInterrupt(), quit.signal]);
  const draw = (): void => {
    const { rows } = screen;
    // A full line would leave the cursor where its end is cleared.
    const columns = screen.columns - 1;
    const state = isAway ? paint("red", "the server is away, waiting for it …") : connection.endpoint;
    const title = `${paint("bold", "lambkin top")}   ${state}   ${new Date().toTimeString().slice(0, 8)}   q ends`;
    const size = { columns, rows: rows - 1 };
    screen.draw([cutLine(title, columns), ...picture(now, { nowMs: Date.now(), size, ...connection })]);
  };
  const screen = openScreen(() => quit.abort(), draw);
  const timer = setInterval(draw, REDRAW_MS);
  try {
    draw();
    while (!signal.aborted) {
      try {
        for await (now of getEvents<Environments>(connection, STREAM, signal)) {
          isAway = false;
          draw();
        }
      } catch (error) {
        if (signal.aborted) break;
        if (!isConnectionTrouble(error)) throw error;
      }
      isAway = true;
      draw();
      await pause(CLI_LIMITS.retryMs, signal);
    }
  } finally {
    clearInterval(timer);
    screen.close();
  }
}
