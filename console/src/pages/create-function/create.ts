/** Creates a function of a draft and waits until it can be invoked, telling how far that is. */
import { CreateFunctionCommand, type Runtime } from "@aws-sdk/client-lambda";
import { settings } from "../../app/settings.ts";
import { textFile, writeArchive } from "../../kit/archive.ts";
import { settled, uploader } from "../../kit/functions.ts";
import { type Draft, fileNameOf } from "./draft.ts";

/** `part` is how much of the code is sent, 0 to 1. */
export async function createFunction(draft: Draft, onProgress: (part: number) => void): Promise<void> {
  const { name, description, runtime, handler, memoryMb, timeoutSeconds } = draft;
  await uploader(onProgress).send(
    new CreateFunctionCommand({
      FunctionName: name,
      ...(description !== "" && { Description: description }),
      Runtime: runtime as Runtime,
      Handler: handler,
      MemorySize: Number(memoryMb),
      Timeout: Number(timeoutSeconds),
      // Roles are checked for their form only.
      Role: `arn:aws:iam::${settings().account}:role/lambda-role`,
      Code: { ZipFile: await archiveOf(draft) },
    }),
  );
  await settled(name);
}

async function archiveOf(draft: Draft): Promise<Uint8Array> {
  if (draft.start === "hello") return writeArchive(new Map([[fileNameOf(draft), textFile(draft.source)]]));
  if (draft.file === undefined) throw new Error("There is no archive.");
  return new Uint8Array(await draft.file.arrayBuffer());
}
