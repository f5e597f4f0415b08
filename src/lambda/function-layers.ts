/** The layers a function asks for: found, counted and weighed. Source of the texts: recorded answers of AWS. */
import { LAMBDA_LIMITS } from "../config/mod.ts";
import { invalidParameter } from "../errors/mod.ts";
import { type LayerReference, layerArn, type Scope } from "../model/mod.ts";
import type { LayerStore } from "../store/mod.ts";

const VERSION_ARN = /^arn:[^:]*:lambda:([^:]*):(\d{12}):layer:([^:]+):(\d+)$/;

/**
 * Undefined stays undefined: nothing was asked. `kept` are references the function has already: their layer versions
 * may have been deleted since. Throws InvalidParameterValueException.
 */
export async function findLayers(
  layers: LayerStore,
  scope: Scope,
  arns: readonly string[] | undefined,
  kept: readonly LayerReference[] = [],
): Promise<LayerReference[] | undefined> {
  if (arns === undefined) return undefined;
  if (arns.length > LAMBDA_LIMITS.layersMax) {
    throw invalidParameter(`Cannot reference more than ${LAMBDA_LIMITS.layersMax} layers.`);
  }
  refuseTwice(arns);
  const found: LayerReference[] = [];
  for (const arn of arns) {
    found.push(kept.find((layer) => layer.Arn === arn) ?? (await findLayer(layers, scope, arn)));
  }
  return found;
}

async function findLayer(layers: LayerStore, scope: Scope, arn: string): Promise<LayerReference> {
  const [, region, accountId, name = "", version] = VERSION_ARN.exec(arn) ?? [];
  if (region !== scope.region) {
    throw invalidParameter(
      "Layers are not in the same region as the function. " +
        `Layers are expected to be in region ${scope.region}.`,
    );
  }
  const layer =
    accountId === undefined
      ? undefined
      : await layers.find({ accountId, region: scope.region }, name, Number(version));
  const isOwn = accountId === scope.accountId;
  const isShared = layer?.policy?.statements.some(
    ({ Principal }) => Principal === "*" || Principal.AWS === `arn:aws:iam::${scope.accountId}:root`,
  );
  if (layer === undefined || !(isOwn || isShared === true)) {
    throw invalidParameter(`Layer version ${arn} does not exist.`);
  }
  return {
    Arn: layerArn({ accountId: accountId ?? "", region: scope.region }, layer.name, layer.version),
    CodeSize: layer.codeBytes,
    CodeSha256: layer.codeSha256,
    UnzippedBytes: layer.unzippedBytes,
  };
}

function refuseTwice(arns: readonly string[]): void {
  const byLayer = new Map<string, string>();
  for (const arn of arns) {
    const layer = arn.slice(0, arn.lastIndexOf(":"));
    const other = byLayer.get(layer);
    if (other !== undefined) {
      throw invalidParameter(
        "Two different versions of the same layer are not allowed to be referenced in the same function. " +
          `${other} and ${arn} are versions of the same layer.`,
      );
    }
    byLayer.set(layer, arn);
  }
}

/** Function and layers together. The text is widely reported. Throws InvalidParameterValueException. */
export function checkUnzipped(
  codeUnzippedBytes: number,
  layers: readonly LayerReference[] | undefined,
): void {
  const total = (layers ?? []).reduce((sum, layer) => sum + layer.UnzippedBytes, codeUnzippedBytes);
  if (total > LAMBDA_LIMITS.codeUnzippedBytesMax) {
    throw invalidParameter(
      "Function code combined with layers exceeds the maximum allowed size of " +
        `${LAMBDA_LIMITS.codeUnzippedBytesMax} bytes. The actual size is ${total} bytes.`,
    );
  }
}
