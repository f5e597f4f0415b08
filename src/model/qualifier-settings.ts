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
  readonly eventInvoke: EventInvokeSetting;
  readonly url: FunctionUrlSetting;
  readonly provisioned: ProvisionedSetting;
  readonly runtimeManagement: { readonly updateRuntimeOn: string; readonly runtimeVersionArn?: string };
}

/** How many environments are kept ready for a version, or for the version that an alias leads to. */
export interface ProvisionedSetting {
  readonly requested: number;
  readonly lastModifiedMs: number;
}

/** A function URL: who may call it, how answers travel, and what browsers are told. */
export interface FunctionUrlSetting {
  /** The first part of the host name; the same for the same function and qualifier. */
  readonly urlId: string;
  readonly authType: string;
  /** Undefined is `BUFFERED`. */
  readonly invokeMode?: string;
  readonly cors?: CorsSetting;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
}

/** Wire names: it is shown as it was set. */
export interface CorsSetting {
  readonly AllowCredentials?: boolean | undefined;
  readonly AllowHeaders?: string[] | undefined;
  readonly AllowMethods?: string[] | undefined;
  readonly AllowOrigins?: string[] | undefined;
  readonly ExposeHeaders?: string[] | undefined;
  readonly MaxAge?: number | undefined;
}

/** How accepted events are retried, and where their results go. */
export interface EventInvokeSetting {
  /** 0 to 2; undefined is 2. */
  readonly maximumRetryAttempts?: number;
  /** 60 to 21,600; undefined is six hours. */
  readonly maximumEventAgeSeconds?: number;
  /** ARNs. */
  readonly onSuccess?: string;
  readonly onFailure?: string;
  readonly lastModifiedMs: number;
}

export type QualifierSettingKind = keyof QualifierSettings;
