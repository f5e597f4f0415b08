/** What can be set on a function, one of its versions, or one of its aliases, apart from what a version freezes. */

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Principal: string | { readonly Service: string } | { readonly AWS: string };
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Each kind of setting with the shape of its record. */
export interface QualifierSettings {
  readonly policy: { readonly revisionId: string; readonly statements: readonly PolicyStatement[] };
}

export type QualifierSettingKind = keyof QualifierSettings;
