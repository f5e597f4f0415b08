/** A server that speaks SNS, SQS, EventBridge, Kinesis and DynamoDB, for a test: moto, on a port the system chose. */
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { PROJECT } from "./server.ts";

/** `npm test` installs what it needs. */
const PYTHON = path.join(PROJECT, ".cache/venv/bin/python");

export interface MotoServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Rejects with what it printed when it does not start. */
export async function startMotoServer(): Promise<MotoServer> {
  const child = spawn(PYTHON, ["-m", "moto.server", "--host=127.0.0.1", "--port=0"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let output = "";
    createInterface(child.stderr).on("line", (line) => {
      output += `${line}\n`;
      const address = /Running on (http:\/\/[\d.:]+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.once("error", reject);
    void exited.then(() => reject(new Error(`moto ended: ${output}`)));
  });
  return {
    url,
    stop: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
