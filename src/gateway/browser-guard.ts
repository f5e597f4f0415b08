/**
 * Keeps web pages of strangers away from a server on loopback: a browser sends requests for any page, also to us, and a
 * page can point its own host name at 127.0.0.1. Programs send no Origin; pages of this machine may call.
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
  const origin = header(request, "origin");
  if (origin !== undefined && !isOwnOrigin(origin)) {
    throw new ApiError(
      "AccessDeniedException",
      "Lambkin does not take requests from pages of other machines.",
    );
  }
}

function isOwnOrigin(origin: string): boolean {
  try {
    return OWN_HOST.test(new URL(origin).host);
  } catch {
    // "null" and the like: a page that hides where it is from.
    return false;
  }
}
