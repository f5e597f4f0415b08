/** An AWS API error as a value that can be thrown; which HTTP status and members it gets is the wire's matter. */

/**
 * A refusal the caller must see. `code` is the AWS exception name; `members` are further members of its shape
 * (for example `Type` or `Reason`), spelled as on the wire. The message goes to `message` or `Message`,
 * whichever the service's own error shape has.
 */
export class ApiError extends Error {
  readonly code: string;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string | null, members: Readonly<Record<string, unknown>> = {}) {
    super(message ?? "");
    this.name = "ApiError";
    this.code = code;
    this.members = members;
  }
}

/** Ends a streamed answer that cannot become whole: its head is out, so nobody can be told, and nobody is at fault. */
export class BrokenStream extends Error {
  override readonly name = "BrokenStream";
}

/** Thrown when our own reasoning was wrong. It ends the request or environment at hand, never the process. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

export function invariant(condition: unknown, why: string): asserts condition {
  if (!condition) throw new InvariantError(why);
}
