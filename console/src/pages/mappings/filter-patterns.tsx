/** The patterns of which an event has to fit at least one. */
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import type { ReactNode } from "react";
import { patternProblem } from "./mapping-form.ts";

/** Source: Lambda quotas. */
const PATTERNS_MAX = 10;

interface Props {
  readonly patterns: readonly string[];
  readonly onChange: (patterns: readonly string[]) => void;
}

export function FilterPatterns({ patterns, onChange }: Props): ReactNode {
  return (
    <SpaceBetween size="s">
      {patterns.map((pattern, index) => (
        <FormField
          // Patterns have no names, and the same one may stand there twice.
          // biome-ignore lint/suspicious/noArrayIndexKey: their place is all that tells them apart
          key={index}
          label={`Filter pattern ${index + 1}`}
          description={index === 0 ? "An event that fits none of the patterns is left out." : undefined}
          errorText={pattern === "" ? undefined : patternProblem(pattern)}
          secondaryControl={
            <Button
              variant="icon"
              iconName="remove"
              ariaLabel={`Remove filter pattern ${index + 1}`}
              formAction="none"
              onClick={() => onChange(patterns.filter((_each, at) => at !== index))}
            />
          }
        >
          <Textarea
            value={pattern}
            rows={2}
            spellcheck={false}
            placeholder='{"body": {"kind": ["order"]}}'
            onChange={({ detail }) =>
              onChange(patterns.map((each, at) => (at === index ? detail.value : each)))
            }
          />
        </FormField>
      ))}
      <Button
        iconName="add-plus"
        formAction="none"
        disabled={patterns.length >= PATTERNS_MAX}
        onClick={() => onChange([...patterns, ""])}
      >
        Add filter pattern
      </Button>
    </SpaceBetween>
  );
}
