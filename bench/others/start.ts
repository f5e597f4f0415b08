/** The others that this machine can have; for each that it cannot, a line says why. */
import type { Other } from "./other.ts";
import { startServerlessOffline } from "./serverless-offline.ts";
import { startWorkerd } from "./workerd.ts";

/** `firstCalls`: how many functions each has that were never called. */
export async function startOthers(body: string, firstCalls: number): Promise<Other[]> {
  const starts: readonly (readonly [string, () => Promise<Other>])[] = [
    ["workerd", () => startWorkerd(body)],
    ["serverless-offline", () => startServerlessOffline(body, firstCalls, "threads")],
    ["serverless-offline, in process", () => startServerlessOffline(body, firstCalls, "in process")],
  ];
  const others: Other[] = [];
  for (const [name, start] of starts) {
    try {
      others.push(await start());
    } catch (error) {
      console.error(`bench: no rows of ${name}: ${(error as Error).message}`);
    }
  }
  return others;
}
