/** AddLayerVersionPermission: lets another account, an organization, or all, use a layer version. */
import type {
  AddLayerVersionPermissionRequest,
  AddLayerVersionPermissionResponse,
} from "@aws-sdk/client-lambda";
import { invalidParameter, statementExists } from "../../errors/mod.ts";
import { type LayerPolicyStatement, layerArn, type Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { checkLayerRevision, withStatements } from "../layer-policy.ts";
import { getLayerVersionRecord } from "../layer-version.ts";

/** Throws ResourceNotFoundException, ResourceConflictException, PreconditionFailedException, InvalidParameterValueException. */
export function addLayerVersionPermission({
  layers,
}: LambdaDependencies): Operation<AddLayerVersionPermissionRequest, AddLayerVersionPermissionResponse> {
  return async (request, context) => {
    const { LayerName, VersionNumber, StatementId = "", Principal = "", OrganizationId } = request;
    const { name, version } = await getLayerVersionRecord(layers, context, { LayerName, VersionNumber });
    if (OrganizationId !== undefined && Principal !== "*") {
      throw invalidParameter("OrganizationId can only be given together with the principal *.");
    }
    const statement: LayerPolicyStatement = {
      Sid: StatementId,
      Effect: "Allow",
      Principal:
        Principal === "*"
          ? "*"
          : { AWS: /^\d{12}$/.test(Principal) ? `arn:aws:iam::${Principal}:root` : Principal },
      Action: request.Action ?? "",
      Resource: layerArn(context, name, version),
      ...(OrganizationId !== undefined && {
        Condition: { StringEquals: { "aws:PrincipalOrgID": OrganizationId } },
      }),
    };
    let revisionId: string | undefined;
    await layers.update(context, name, version, (before) => {
      const statements = before.policy?.statements ?? [];
      checkLayerRevision(before, request.RevisionId);
      if (statements.some((each) => each.Sid === StatementId)) throw statementExists(StatementId);
      const after = withStatements(before, [...statements, statement]);
      revisionId = after.policy?.revisionId;
      return after;
    });
    return {
      Statement: JSON.stringify(statement),
      ...(revisionId !== undefined && { RevisionId: revisionId }),
    };
  };
}
