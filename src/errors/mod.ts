/** One catalogue of AWS errors. */
export * from "./api-error.ts";
export * from "./disk-trouble.ts";
export * from "./framework-errors.ts";
export * from "./lambda-errors.ts";
