/** Whole numbers as they are typed. */

/** An empty text is a number only where it may be left out. */
export function isNumber(text: string, min: number, max: number, isOptional = false): boolean {
  if (text === "") return isOptional;
  return /^-?\d+$/.test(text) && Number(text) >= min && Number(text) <= max;
}
