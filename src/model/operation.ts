/** What an AWS operation is to the gateway: a name and a function from decoded input to output. */

/** Who asks, where, and how to answer it. */
export interface RequestContext {
  /** UUID; sent back as `x-amzn-RequestId`. For Invoke it is also the id the function sees. */
  readonly requestId: string;
  /** Twelve digits. */
  readonly accountId: string;
  readonly region: string;
  /** The access key id of the request, where it was signed. */
  readonly accessKeyId: string | undefined;
  /** `http://host:port` as the client reached us; for links in answers. */
  readonly baseUrl: string;
  /** The request's `X-Amzn-Trace-Id`, where it sent one. */
  readonly traceId: string | undefined;
  /** Calls the listener when the client's connection closes, until the function returned is called; for what waits. */
  readonly whenGone?: ((listener: () => void) => () => void) | undefined;
}

/**
 * Input and output have the shapes of the AWS SDK's types for that operation (wire names, PascalCase).
 * Throws `ApiError` for every refusal. `$status` in the output overrides the modelled success status.
 */
export type Operation<Input = never, Output = unknown> = (
  input: Input,
  context: RequestContext,
) => Output | Promise<Output>;

export type OperationTable = Readonly<Record<string, Operation>>;
