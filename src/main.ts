/** The program: configuration in, one ready line out, a clean stop on SIGTERM and SIGINT. */
import { existsSync } from "node:fs";
import { ConfigError, readConfig } from "./config/mod.ts";
import { diskTrouble } from "./errors/mod.ts";
import { closeInheritedDescriptors } from "./kit/mod.ts";
import { startServer } from "./server.ts";

/** Resolves when the start is over. */
async function main(): Promise<void> {
  closeInheritedDescriptors();
  if (existsSync(".env")) process.loadEnvFile(".env");
  const config = readConfig(process.env, process.cwd());
  const server = await startServer(config, process.env);
  for (const warning of server.warnings) console.error(`WARNING: ${warning}`);
  console.log(`Lambkin is ready at ${server.url} (data in ${config.dataDir})`);
  let isStopping = false;
  const stop = (signal: string): void => {
    // The second signal is somebody who will not wait.
    if (isStopping) process.exit(1);
    isStopping = true;
    console.log(`${signal}: finishing what is in flight; once more to stop at once.`);
    server.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error("lambkin: stopping failed:", error);
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", () => stop("SIGTERM"));
  process.on("SIGINT", () => stop("SIGINT"));
  await server.warmed;
}

export const started = main().catch((error: unknown) => {
  const trouble = diskTrouble(error);
  if (error instanceof ConfigError) console.error(`lambkin: ${error.message}`);
  else if (trouble !== undefined)
    console.error(`lambkin: ${trouble.split(". ")[0]} (${(error as Error).message})`);
  else console.error(error);
  process.exit(1);
});
