/** Markers of paged lists: the last name seen, so that pages stay right while items come and go. */
import { invalidParameter } from "../errors/mod.ts";

export function markerAfterName(name: string): string {
  return Buffer.from(JSON.stringify({ after: name })).toString("base64");
}

/** Undefined for the first page. Throws InvalidParameterValueException for what is no marker of ours. */
export function nameAfterMarker(marker: string | undefined): string | undefined {
  if (marker === undefined || marker === "") return undefined;
  try {
    const { after } = JSON.parse(Buffer.from(marker, "base64").toString("utf8")) as { after?: unknown };
    if (typeof after === "string") return after;
  } catch {
    // Not ours: refused below.
  }
  throw invalidParameter("Invalid Marker.");
}
