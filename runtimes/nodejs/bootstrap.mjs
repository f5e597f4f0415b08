/** Entry of the managed Node.js runtimes (18 to 26). */
import { main } from "./lib/loop.mjs";

await main();
