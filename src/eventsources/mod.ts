/** Event source mappings at work: what is polled for functions, and which of it they get. */
export { compilePattern } from "./filter/filter-pattern.ts";
