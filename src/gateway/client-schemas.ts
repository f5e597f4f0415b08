/**
 * The schemas of one AWS SDK client without the client: of Lambda's they are a third of the memory and of the time that the
 * whole package takes. They lie in the package's form for bundlers, whose imports leave out `.js`.
 */
import { existsSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);

/** Where a package is laid out in another way, the whole of it is loaded, which has the schemas, too. */
export async function clientSchemas(packageName: string): Promise<object> {
  const folder = path.dirname(require.resolve(`${packageName}/package.json`));
  const schemas = path.join(folder, "dist-es/schemas/schemas_0.js");
  if (!existsSync(schemas)) return (await import(packageName)) as object;
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const isBundlers = specifier.startsWith(".") && context.parentURL?.includes("/dist-es/") === true;
      return next(isBundlers && !specifier.endsWith(".js") ? `${specifier}.js` : specifier, context);
    },
  });
  try {
    return (await import(pathToFileURL(schemas).href)) as object;
  } finally {
    hooks.deregister();
  }
}
