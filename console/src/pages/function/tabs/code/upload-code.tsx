/** Puts an archive in the place of a function's code. */
import { UpdateFunctionCodeCommand } from "@aws-sdk/client-lambda";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { useNotify } from "../../../../app/frame-state.tsx";
import { Failure } from "../../../../kit/failure.tsx";
import { settled, uploader } from "../../../../kit/functions.ts";
import { useAction } from "../../../../kit/use-action.ts";
import { ZipUpload } from "../../../../kit/zip-upload.tsx";

interface Props {
  readonly name: string;
  readonly reload: () => Promise<void>;
}

export function UploadCode({ name, reload }: Props): ReactNode {
  const [file, setFile] = useState<File>();
  const [progress, setProgress] = useState<number>();
  const uploading = useAction();
  const notify = useNotify();
  const upload = (): Promise<boolean> =>
    uploading.run(async () => {
      if (file === undefined) return;
      setProgress(0);
      try {
        const archive = new Uint8Array(await file.arrayBuffer());
        await uploader(setProgress).send(
          new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: archive }),
        );
        await settled(name);
      } finally {
        setProgress(undefined);
      }
      setFile(undefined);
      notify({ type: "success", header: `${name} runs the code of ${file.name}` }, `deploy ${name}`);
      await reload();
    });
  return (
    <ExpandableSection
      variant="container"
      headerText="Upload an archive"
      headerDescription="It takes the place of all files above."
    >
      <SpaceBetween size="m">
        <ZipUpload label="Archive" file={file} onChange={setFile} progress={progress} />
        <Failure error={uploading.error} />
        <Button disabled={file === undefined} loading={uploading.isBusy} onClick={() => void upload()}>
          Upload and deploy
        </Button>
      </SpaceBetween>
    </ExpandableSection>
  );
}
