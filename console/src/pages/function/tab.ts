/** What each tab of a function's page is given. */
import type { FunctionConfiguration, GetFunctionCommandOutput } from "@aws-sdk/client-lambda";

export interface FunctionTabProps {
  readonly name: string;
  /** A version's number, where the page shows one that is published: what is published cannot be changed. */
  readonly version: string | undefined;
  readonly configuration: FunctionConfiguration;
  /** All that GetFunction says. */
  readonly answer: GetFunctionCommandOutput;
  /** Reads the function anew after a change. */
  readonly reload: () => Promise<void>;
  /** The section of a tab that the address names. */
  readonly section: string | undefined;
}
