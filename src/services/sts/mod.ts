/** The Security Token Service, as far as Lambda's users need it. */
export { stsOperations } from "./get-caller-identity.ts";
