/** What is no filter pattern. */
import { invalidParameter } from "../../errors/mod.ts";

/** InvalidParameterValueException; the words are recorded. */
export function invalidPattern(): Error {
  return invalidParameter("Invalid filter pattern definition.");
}
