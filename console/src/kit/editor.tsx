/** A code editor, loaded when a page first shows one. */
import CodeEditor from "@cloudscape-design/components/code-editor";
import { type ReactNode, useEffect, useState } from "react";
import { useSettings } from "../app/settings.ts";

interface Props {
  readonly label: string;
  readonly value: string;
  /** One of Ace's names. */
  readonly language: string;
  readonly onChange: (value: string) => void;
  /** Pixels. */
  readonly height?: number;
  readonly isReadOnly?: boolean;
}

type Ace = typeof import("./ace.ts")["default"];

export function Editor({
  label,
  value,
  language,
  onChange,
  height = 420,
  isReadOnly = false,
}: Props): ReactNode {
  const { mode } = useSettings();
  const [ace, setAce] = useState<Ace>();
  const [isLoading, setLoading] = useState(true);
  const [wrapLines, setWrapLines] = useState(true);
  const [tall, setTall] = useState(height);
  const load = (): void => {
    setLoading(true);
    import("./ace.ts")
      .then((module) => setAce(module.default))
      .catch(() => undefined)
      .finally(() => setLoading(false));
  };
  useEffect(load, []);
  return (
    <CodeEditor
      ace={ace}
      loading={isLoading}
      onRecoveryClick={load}
      ariaLabel={label}
      value={value}
      language={language}
      onChange={({ detail }) => !isReadOnly && onChange(detail.value)}
      preferences={{ wrapLines, theme: mode === "dark" ? "cloud_editor_dark" : "cloud_editor" }}
      themes={{ light: ["cloud_editor"], dark: ["cloud_editor_dark"] }}
      onPreferencesChange={({ detail }) => setWrapLines(detail.wrapLines)}
      editorContentHeight={tall}
      onEditorContentResize={({ detail }) => setTall(detail.height)}
    />
  );
}

const LANGUAGES: Readonly<Record<string, string>> = {
  py: "python",
  js: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  ts: "typescript",
  mts: "typescript",
  json: "json",
  rb: "ruby",
  java: "java",
  sh: "sh",
  yml: "yaml",
  yaml: "yaml",
  xml: "xml",
};

/** Ace's name for the language of a file. */
export function languageOf(fileName: string): string {
  if (/(^|\/)bootstrap$/.test(fileName)) return "sh";
  const ending = fileName.includes(".") ? fileName.slice(fileName.lastIndexOf(".") + 1) : "";
  return LANGUAGES[ending.toLowerCase()] ?? "text";
}
