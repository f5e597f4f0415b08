/** Layers as the API lists them, and sending a new version of one. */
import {
  GetLayerVersionCommand,
  type LayersListItem,
  type LayerVersionsListItem,
  ListLayersCommand,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
  type Runtime,
} from "@aws-sdk/client-lambda";
import { uploader } from "../../kit/functions.ts";
import { allPages, lambda } from "../../kit/lambda.ts";

export function allLayers(): Promise<LayersListItem[]> {
  return allPages(async (marker) => {
    const answer = await lambda().send(new ListLayersCommand({ Marker: marker }));
    return { items: answer.Layers, next: answer.NextMarker };
  });
}

/** The newest first. */
export function layerVersions(name: string): Promise<LayerVersionsListItem[]> {
  return allPages(async (marker) => {
    const answer = await lambda().send(new ListLayerVersionsCommand({ LayerName: name, Marker: marker }));
    return { items: answer.LayerVersions, next: answer.NextMarker };
  });
}

export interface NewLayerVersion {
  readonly name: string;
  readonly description: string;
  readonly license: string;
  readonly runtimes: readonly string[];
  readonly file: File;
}

/** Resolves to the version's number. `onProgress` is told the part sent, 0 to 1. */
export async function publishLayer(
  layer: NewLayerVersion,
  onProgress: (part: number) => void,
): Promise<number> {
  const { name, description, license, runtimes, file } = layer;
  const answer = await uploader(onProgress).send(
    new PublishLayerVersionCommand({
      LayerName: name,
      Content: { ZipFile: new Uint8Array(await file.arrayBuffer()) },
      ...(description !== "" && { Description: description }),
      ...(license !== "" && { LicenseInfo: license }),
      ...(runtimes.length > 0 && { CompatibleRuntimes: runtimes as Runtime[] }),
    }),
  );
  return answer.Version ?? 0;
}

/** Has the browser save a version's archive. */
export async function downloadLayer(name: string, version: number): Promise<void> {
  const { Content } = await lambda().send(
    new GetLayerVersionCommand({ LayerName: name, VersionNumber: version }),
  );
  const link = URL.parse(Content?.Location ?? "");
  if (link === null) throw new Error("The server gave no link to the archive.");
  const anchor = document.createElement("a");
  // The link names the server as its settings do; the page asks the server it came from.
  anchor.href = link.pathname + link.search;
  anchor.download = `${name}-${version}.zip`;
  anchor.click();
}
