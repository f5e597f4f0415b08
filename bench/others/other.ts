/** Another program that runs functions, to be measured by the client that measures ours. */

export interface Other {
  /** With its version, and what it does without. */
  readonly name: string;
  readonly port: number;
  /** Calls an echo function. */
  readonly request: Buffer;
  /** Each calls an echo function that nobody has called before; none where the program has no such thing. */
  readonly firstRequests: readonly Buffer[];
  stop(): Promise<void>;
}
