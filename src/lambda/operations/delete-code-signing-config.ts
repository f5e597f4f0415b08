/** DeleteCodeSigningConfig: refused while a function has it. */
import type { DeleteCodeSigningConfigRequest } from "@aws-sdk/client-lambda";
import { resourceConflict } from "../../errors/mod.ts";
import type { Operation } from "../../model/mod.ts";
import { getCodeSigningRecord } from "../code-signing.ts";
import type { LambdaDependencies } from "../dependencies.ts";

/** Throws ResourceNotFoundException, ResourceConflictException (its words are ours). */
export function deleteCodeSigningConfig({
  codeSigning,
}: LambdaDependencies): Operation<DeleteCodeSigningConfigRequest, void> {
  return async (request, context) => {
    const arn = request.CodeSigningConfigArn ?? "";
    const { id } = await getCodeSigningRecord(codeSigning, context, arn);
    const [name] = await codeSigning.functionsOf(context, arn, "", 1);
    if (name !== undefined) {
      throw resourceConflict(`The code signing configuration ${arn} is in use by the function ${name}.`);
    }
    await codeSigning.delete(context, id);
  };
}
