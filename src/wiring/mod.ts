/** The parts of one server, each wired from what lies below; `server.ts` puts them together. */
export { openDoors } from "./doors.ts";
export { openIsolation } from "./isolation.ts";
export { openObserving } from "./observing.ts";
export { services } from "./services.ts";
