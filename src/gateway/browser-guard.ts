/**
 * Keeps web pages of strangers away from a server on loopback: a browser sends requests for any page, also to us, and a
 * page can point its own host name at 127.0.0.1. Programs send neither Origin nor Sec-Fetch-Site; of pages, only our own
 * console may call. Pages that functions serve are strangers, too: their host is below ours.
 */
import { ApiError } from "../errors/mod.ts";
import { type HttpRequest, header } from "./http-message.ts";

const OWN_HOST =
  /^(localhost|127(\.\d{1,3}){3}|169\.254\.100\.1|\[::1\]|([a-z0-9-]+\.)*localhost|([a-z0-9-]+\.)+amazonaws\.com)(:\d+)?$/i;

/** Throws AccessDeniedException. */
export function refuseForeignPages(request: HttpRequest): void {
  const host = header(request, "host");
  if (host !== undefined && !OWN_HOST.test(host)) {
    throw new ApiError("AccessDeniedException", "Lambkin answers to its own names only, such as localhost.");
  }
  if (!isFromOwnPage(request, host) && !isLinkToConsole(request)) {
    throw new ApiError(
      "AccessDeniedException",
      "Lambkin does not take requests from other pages than its own.",
    );
  }
}

function isFromOwnPage(request: HttpRequest, host: string | undefined): boolean {
  const origin = header(request, "origin");
  // "null" and the like: a page that hides where it is from.
  if (origin !== undefined && URL.parse(origin)?.host !== host?.toLowerCase()) return false;
  const site = header(request, "sec-fetch-site");
  // "none": typed, or a bookmark. A page's simple GET carries no Origin, but always its site.
  return site === undefined || site === "same-origin" || site === "none";
}

/** Anybody may link to the console; what it does is up to who opens it. */
function isLinkToConsole(request: HttpRequest): boolean {
  const { method, path } = request;
  const isNavigation =
    header(request, "sec-fetch-mode") === "navigate" && header(request, "origin") === undefined;
  return method === "GET" && path === "/" && request.query.size === 0 && isNavigation;
}
