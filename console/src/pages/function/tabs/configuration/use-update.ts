/** Changing a function's configuration: asked for, waited for until it is in force, told, and read anew. */
import {
  UpdateFunctionConfigurationCommand,
  type UpdateFunctionConfigurationRequest,
} from "@aws-sdk/client-lambda";
import { useNotify } from "../../../../app/frame-state.tsx";
import { settled } from "../../../../kit/functions.ts";
import { lambda } from "../../../../kit/lambda.ts";
import type { FunctionTabProps } from "../../tab.ts";

export type Change = Omit<UpdateFunctionConfigurationRequest, "FunctionName">;
export type Tell = (words: string) => void;

/** `what` is the subject of the news: `The environment variables`. Rejects when the server refuses or the update fails. */
export function useUpdate(
  { name, reload }: FunctionTabProps,
  what: string,
): (change: Change, tell?: Tell) => Promise<void> {
  const notify = useNotify();
  return async (change, tell) => {
    await lambda().send(new UpdateFunctionConfigurationCommand({ FunctionName: name, ...change }));
    tell?.("Saved; waiting until it is in force");
    await settled(name);
    notify({ type: "success", header: `${what} of ${name}: changed` }, `configure ${name}`);
    await reload();
  };
}
