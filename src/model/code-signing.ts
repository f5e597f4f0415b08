/** Code signing configurations: who may sign code, and what becomes of code that nobody trusted signed. */

export interface CodeSigningConfigRecord {
  /** `csc-` and seventeen of `[a-z0-9]`. */
  readonly id: string;
  readonly description: string;
  /** ARNs of signing profile versions. */
  readonly publishers: readonly string[];
  /** `Warn` or `Enforce`. */
  readonly untrusted: string;
  readonly lastModifiedMs: number;
  readonly tags?: Readonly<Record<string, string>>;
}
