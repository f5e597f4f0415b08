/** Entry of the managed Node.js runtimes (18 to 26). */
import { compileModules, isCompiler } from "./lib/compiler.mjs";
import { main } from "./lib/loop.mjs";

await (isCompiler() ? compileModules() : main());
