/** Takes a zip archive, dropped or chosen, and shows how far its upload is. */
import FileUpload from "@cloudscape-design/components/file-upload";
import FormField from "@cloudscape-design/components/form-field";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import type { ReactNode } from "react";

interface Props {
  readonly label: string;
  readonly description?: string;
  readonly file: File | undefined;
  readonly onChange: (file: File | undefined) => void;
  /** 0 to 1 while it is sent; undefined otherwise. */
  readonly progress: number | undefined;
  readonly errorText?: string | undefined;
}

export function ZipUpload({ label, description, file, onChange, progress, errorText }: Props): ReactNode {
  return (
    <>
      <FormField label={label} description={description} errorText={errorText}>
        <FileUpload
          accept=".zip,.jar"
          value={file === undefined ? [] : [file]}
          showFileSize
          showFileLastModified
          constraintText="A .zip or .jar archive, up to 50 MB."
          i18nStrings={{
            uploadButtonText: () => "Choose file",
            dropzoneText: () => "Drop the archive here",
            removeFileAriaLabel: (_index, name) => `Remove ${name}`,
          }}
          onChange={({ detail }) => onChange(detail.value[0])}
        />
      </FormField>
      {progress !== undefined && (
        <ProgressBar
          label="Upload"
          value={Math.round(progress * 100)}
          additionalInfo={progress >= 1 ? "Sent; the server unpacks it" : undefined}
        />
      )}
    </>
  );
}
