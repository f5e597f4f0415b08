/** Tags of queues. */
import { SQS_LIMITS } from "../../config/mod.ts";
import { invalidParameterValue } from "./errors.ts";

const KEY_CHARACTERS_MAX = 128;
const VALUE_CHARACTERS_MAX = 256;

/** All tags a queue would have then. Throws InvalidParameterValue; bounds of tags are documented, texts assumed. */
export function checkedTags(
  queueName: string,
  tags: Readonly<Record<string, string>>,
): Record<string, string> {
  const entries = Object.entries(tags);
  if (entries.length > SQS_LIMITS.tagsMax) {
    throw invalidParameterValue(`Too many tags added for queue ${queueName}.`);
  }
  for (const [key, value] of entries) {
    const isTooLong = key.length > KEY_CHARACTERS_MAX || value.length > VALUE_CHARACTERS_MAX;
    if (key === "" || isTooLong || /^aws:/i.test(key)) {
      throw invalidParameterValue(
        `Tag keys and values must be 1 to ${KEY_CHARACTERS_MAX} and 0 to ${VALUE_CHARACTERS_MAX} characters long, and keys must not begin with aws:.`,
      );
    }
  }
  return { ...tags };
}
