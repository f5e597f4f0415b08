/** Publishes a version of a layer, the first one or the next, from an archive. */
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import { type ReactNode, useState } from "react";
import { useNotify } from "../../app/frame-state.tsx";
import { FormDialog } from "../../kit/form-dialog.tsx";
import { health } from "../../kit/product.ts";
import { useLoad } from "../../kit/use-load.ts";
import { ZipUpload } from "../../kit/zip-upload.tsx";
import { publishLayer } from "./layers.ts";

interface Props {
  /** The layer that gets another version; undefined for a new layer. */
  readonly layer: string | undefined;
  readonly onPublished: () => Promise<void>;
  readonly onClose: () => void;
}

const NAME = /^[\w-]{1,140}$/;
/** AWS lets a version name so many. */
const RUNTIMES_MAX = 15;

export function PublishLayer({ layer, onPublished, onClose }: Props): ReactNode {
  const [name, setName] = useState(layer ?? "");
  const [description, setDescription] = useState("");
  const [license, setLicense] = useState("");
  const [runtimes, setRuntimes] = useState<readonly string[]>([]);
  const [file, setFile] = useState<File>();
  const [progress, setProgress] = useState<number>();
  const known = useLoad("health", health);
  const notify = useNotify();
  const isNamed = NAME.test(name);
  const publish = async (): Promise<void> => {
    if (file === undefined) return;
    setProgress(0);
    try {
      const version = await publishLayer({ name, description, license, runtimes, file }, setProgress);
      notify({ type: "success", header: `Version ${version} of layer ${name} is published` });
    } finally {
      setProgress(undefined);
    }
    await onPublished();
  };
  return (
    <FormDialog
      title={layer === undefined ? "New layer" : `New version of ${layer}`}
      verb="Publish"
      busyVerb="Publishing"
      isReady={isNamed && file !== undefined && runtimes.length <= RUNTIMES_MAX}
      onSubmit={publish}
      onClose={onClose}
    >
      {layer === undefined && (
        <FormField
          label="Name"
          constraintText="Letters, digits, hyphens and underscores. A layer of that name gets another version."
          errorText={name === "" || isNamed ? undefined : "That cannot be a layer's name."}
        >
          <Input
            value={name}
            autoFocus
            autoComplete={false}
            placeholder="my-libraries"
            onChange={({ detail }) => setName(detail.value)}
          />
        </FormField>
      )}
      <ZipUpload
        label="Archive"
        description="Its files are below /opt in every function that uses the layer: python/ and nodejs/node_modules/ are found there."
        file={file}
        onChange={setFile}
        progress={progress}
      />
      <FormField label="Description (optional)">
        <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
      </FormField>
      <FormField
        label="Compatible runtimes (optional)"
        errorText={runtimes.length > RUNTIMES_MAX ? `At most ${RUNTIMES_MAX}.` : undefined}
      >
        <Multiselect
          options={Object.keys(known.data?.runtimes ?? {}).map(optionOf)}
          selectedOptions={runtimes.map(optionOf)}
          statusType={known.error !== undefined ? "error" : known.isLoading ? "loading" : "finished"}
          loadingText="Asking for the runtimes"
          errorText="The runtimes could not be read."
          placeholder="Any"
          filteringType="auto"
          filteringAriaLabel="Find a runtime"
          deselectAriaLabel={({ label = "" }) => `Take ${label} away`}
          onChange={({ detail }) => setRuntimes(detail.selectedOptions.map(({ value = "" }) => value))}
        />
      </FormField>
      <FormField label="License (optional)">
        <Input value={license} placeholder="Apache-2.0" onChange={({ detail }) => setLicense(detail.value)} />
      </FormField>
    </FormDialog>
  );
}

function optionOf(runtime: string): { readonly value: string; readonly label: string } {
  return { value: runtime, label: runtime };
}
