/** The parts of one server, each wired from what lies below; `server.ts` puts them together. */
export { services } from "./services.ts";
