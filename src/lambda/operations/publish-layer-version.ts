/** PublishLayerVersion: the next version of a layer, which is made with its first. */
import type { PublishLayerVersionRequest, PublishLayerVersionResponse } from "@aws-sdk/client-lambda";
import { layerNameOf, type Operation } from "../../model/mod.ts";
import { storeCode } from "../code-source.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { layerVersion } from "../layer-version.ts";

/** Throws InvalidParameterValueException, RequestEntityTooLargeException, AccessDeniedException. */
export function publishLayerVersion(
  dependencies: LambdaDependencies,
): Operation<PublishLayerVersionRequest, PublishLayerVersionResponse> {
  const { layers, codeLinks, clock } = dependencies;
  return async (request, context) => {
    const stored = await storeCode(dependencies, context, request.Content ?? {});
    const published = await layers.publish(context, {
      name: layerNameOf(request.LayerName ?? ""),
      description: request.Description ?? "",
      ...(request.LicenseInfo !== undefined && { licenseInfo: request.LicenseInfo }),
      ...(request.CompatibleRuntimes !== undefined && { compatibleRuntimes: request.CompatibleRuntimes }),
      ...(request.CompatibleArchitectures !== undefined && {
        compatibleArchitectures: request.CompatibleArchitectures,
      }),
      codeSha256: stored.sha256,
      codeBytes: stored.bytes,
      unzippedBytes: stored.unzippedBytes,
      createdAtMs: clock.nowMs(),
    });
    return layerVersion(context, published, codeLinks.link(context.baseUrl, published.codeSha256));
  };
}
