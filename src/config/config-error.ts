/** A setting that makes no sense; its message names it. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}
