/** The part of a record that its sender wrote: text that may be JSON. */

/**
 * A pattern that is an object looks into the JSON, a list of values looks at text that is no JSON, and neither matches
 * where it meets the other. A lone string or number counts as text.
 * Source: "Using event filtering with an Amazon SQS event source" page, the table of bodies and patterns.
 */
export class DataField {
  readonly text: string;
  /** Undefined where the text is no JSON object or array. */
  readonly json: object | undefined;

  constructor(text: string) {
    this.text = text;
    this.json = parsed(text);
  }
}

function parsed(text: string): object | undefined {
  // Most texts that are no JSON are told by their first character.
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
