/** Every operation of the Lambda API that is built, by its name. */
import type { OperationTable } from "../model/mod.ts";
import type { LambdaDependencies } from "./dependencies.ts";
import { createFunction } from "./operations/create-function.ts";
import { deleteFunction } from "./operations/delete-function.ts";
import { deleteFunctionConcurrency } from "./operations/delete-function-concurrency.ts";
import { getAccountSettings } from "./operations/get-account-settings.ts";
import { getFunction } from "./operations/get-function.ts";
import { getFunctionConcurrency } from "./operations/get-function-concurrency.ts";
import { getFunctionConfiguration } from "./operations/get-function-configuration.ts";
import { invoke } from "./operations/invoke.ts";
import { listFunctions } from "./operations/list-functions.ts";
import { putFunctionConcurrency } from "./operations/put-function-concurrency.ts";
import { updateFunctionCode } from "./operations/update-function-code.ts";
import { updateFunctionConfiguration } from "./operations/update-function-configuration.ts";

export function lambdaOperations(dependencies: LambdaDependencies): OperationTable {
  return {
    CreateFunction: createFunction(dependencies),
    DeleteFunction: deleteFunction(dependencies),
    DeleteFunctionConcurrency: deleteFunctionConcurrency(dependencies),
    GetAccountSettings: getAccountSettings(dependencies),
    GetFunction: getFunction(dependencies),
    GetFunctionConcurrency: getFunctionConcurrency(dependencies),
    GetFunctionConfiguration: getFunctionConfiguration(dependencies),
    Invoke: invoke(dependencies),
    ListFunctions: listFunctions(dependencies),
    PutFunctionConcurrency: putFunctionConcurrency(dependencies),
    UpdateFunctionCode: updateFunctionCode(dependencies),
    UpdateFunctionConfiguration: updateFunctionConfiguration(dependencies),
  };
}
