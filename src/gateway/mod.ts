/** The HTTP front door. */
export { clientSchemas } from "./client-schemas.ts";
export { FrontDoor, type FrontDoorOptions, type ProductRoute, type VirtualHost } from "./front-door.ts";
export { Fronts } from "./fronts/fronts.ts";
export { serveFront } from "./fronts/serve-front.ts";
export { type HttpAnswer, type HttpRequest, header } from "./http-message.ts";
export { type HttpServer, listen } from "./http-server.ts";
export type { ServiceDefinition } from "./service.ts";
export { TUNNEL_PROTOCOL, type TunnelHandler } from "./tunnels.ts";
export type { ConstraintModel } from "./validation/constraints.ts";
