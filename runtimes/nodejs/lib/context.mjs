/** The context object that a handler gets; its members are enumerated in AWS's order (recorded). */

/**
 * An environment serves one version of one function: these cannot change, and reading them each time would cost.
 * @type {Record<string, string | undefined> | undefined}
 */
let ofTheFunction;

function readVariables() {
  const { env } = process;
  return {
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
  };
}

/**
 * @typedef {object} CallbackMembers What handlers have that may reply through a callback.
 * @property {boolean} callbackWaitsForEmptyEventLoop
 * @property {(result: unknown) => void} succeed
 * @property {(error: unknown) => void} fail
 * @property {(error: unknown, result: unknown) => void} done
 */

/**
 * Throws when what the caller sent of it is not JSON.
 * @param {import("./client.mjs").InvocationMeta} meta
 * @param {CallbackMembers | undefined} members
 */
export function createContext(meta, members) {
  const { deadlineMs } = meta;
  ofTheFunction ??= readVariables();
  return {
    ...members,
    ...ofTheFunction,
    clientContext: meta.clientContext ? JSON.parse(meta.clientContext) : undefined,
    identity: meta.cognitoIdentity ? JSON.parse(meta.cognitoIdentity) : undefined,
    invokedFunctionArn: meta.invokedFunctionArn,
    awsRequestId: meta.requestId,
    tenantId: meta.tenantId,
    /** May be below zero. */
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
}
