/** Asks for the function's name before it and all its versions are gone. */
import { DeleteFunctionCommand } from "@aws-sdk/client-lambda";
import type { ReactNode } from "react";
import { useNotify } from "../../app/frame-state.tsx";
import { navigate, to } from "../../app/router.ts";
import { ConfirmDelete } from "../../kit/confirm-delete.tsx";
import { lambda } from "../../kit/lambda.ts";

interface Props {
  readonly name: string;
  readonly version: string | undefined;
  readonly onClose: () => void;
}

export function DeleteFunction({ name, version, onClose }: Props): ReactNode {
  const notify = useNotify();
  const what = version === undefined ? `function ${name}` : `version ${version} of ${name}`;
  return (
    <ConfirmDelete
      title={`Delete ${what}`}
      word={version === undefined ? name : "delete"}
      onClose={onClose}
      onConfirm={async () => {
        await lambda().send(new DeleteFunctionCommand({ FunctionName: name, Qualifier: version }));
        notify({ type: "success", header: `Deleted: ${what}` });
        navigate(version === undefined ? "#/functions" : `${to("functions", name)}?tab=versions`);
      }}
    >
      {version === undefined
        ? "Its code, versions, aliases and settings are deleted for good. Its logs stay."
        : "This version is deleted for good. An alias that points to it stands in the way."}
    </ConfirmDelete>
  );
}
