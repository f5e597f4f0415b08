/** The context object that a handler gets; its members are enumerated in AWS's order (recorded). */

/**
 * @param {import("./client.mjs").InvocationMeta} meta
 * @param {{ succeed: (result: unknown) => void, fail: (error: unknown) => void, done: (error: unknown, result: unknown) => void }} callbacks
 */
export function createContext(meta, callbacks) {
  const { env } = process;
  let waits = true;
  const context = {
    get callbackWaitsForEmptyEventLoop() {
      return waits;
    },
    set callbackWaitsForEmptyEventLoop(value) {
      waits = value;
    },
    succeed: callbacks.succeed,
    fail: callbacks.fail,
    done: callbacks.done,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: meta.clientContext ? JSON.parse(meta.clientContext) : undefined,
    identity: meta.cognitoIdentity ? JSON.parse(meta.cognitoIdentity) : undefined,
    invokedFunctionArn: meta.invokedFunctionArn,
    awsRequestId: meta.requestId,
    tenantId: meta.tenantId,
    /** May be below zero. */
    getRemainingTimeInMillis: () => meta.deadlineMs - Date.now(),
  };
  return context;
}
