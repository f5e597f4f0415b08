/** Resource policies, read and put in words. */

export interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Principal: string | Readonly<Record<string, string | readonly string[]>>;
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export function parsePolicy(text: string | undefined): readonly Statement[] {
  const policy = JSON.parse(text ?? "{}") as { readonly Statement?: readonly Statement[] };
  return policy.Statement ?? [];
}

/** `Service: events.amazonaws.com`; `*` is everybody. */
export function principalWords({ Principal }: Statement): string {
  if (typeof Principal === "string") return Principal === "*" ? "Everybody" : Principal;
  return Object.entries(Principal)
    .map(([kind, who]) => `${kind}: ${[who].flat().join(", ")}`)
    .join("; ");
}

/** `ArnLike AWS:SourceArn arn:…`. */
export function conditionWords({ Condition }: Statement): string {
  return Object.entries(Condition ?? {})
    .flatMap(([test, members]) => Object.entries(members).map(([key, value]) => `${test} ${key} ${value}`))
    .join("; ");
}
