/** Every operation of the Lambda API that is built, by its name. */
import type { OperationTable } from "../model/mod.ts";
import type { LambdaDependencies } from "./dependencies.ts";
import { addLayerVersionPermission } from "./operations/add-layer-version-permission.ts";
import { addPermission } from "./operations/add-permission.ts";
import { createAlias } from "./operations/create-alias.ts";
import { createCodeSigningConfig } from "./operations/create-code-signing-config.ts";
import { createEventSourceMapping } from "./operations/create-event-source-mapping.ts";
import { createFunction } from "./operations/create-function.ts";
import { createFunctionUrlConfig } from "./operations/create-function-url-config.ts";
import { deleteAlias } from "./operations/delete-alias.ts";
import { deleteCodeSigningConfig } from "./operations/delete-code-signing-config.ts";
import { deleteEventSourceMapping } from "./operations/delete-event-source-mapping.ts";
import { deleteFunction } from "./operations/delete-function.ts";
import { deleteFunctionCodeSigningConfig } from "./operations/delete-function-code-signing-config.ts";
import { deleteFunctionConcurrency } from "./operations/delete-function-concurrency.ts";
import { deleteFunctionEventInvokeConfig } from "./operations/delete-function-event-invoke-config.ts";
import { deleteFunctionUrlConfig } from "./operations/delete-function-url-config.ts";
import { deleteLayerVersion } from "./operations/delete-layer-version.ts";
import { deleteProvisionedConcurrencyConfig } from "./operations/delete-provisioned-concurrency-config.ts";
import { getAccountSettings } from "./operations/get-account-settings.ts";
import { getAlias } from "./operations/get-alias.ts";
import { getCodeSigningConfig } from "./operations/get-code-signing-config.ts";
import { getEventSourceMapping } from "./operations/get-event-source-mapping.ts";
import { getFunction } from "./operations/get-function.ts";
import { getFunctionCodeSigningConfig } from "./operations/get-function-code-signing-config.ts";
import { getFunctionConcurrency } from "./operations/get-function-concurrency.ts";
import { getFunctionConfiguration } from "./operations/get-function-configuration.ts";
import { getFunctionEventInvokeConfig } from "./operations/get-function-event-invoke-config.ts";
import { getFunctionRecursionConfig } from "./operations/get-function-recursion-config.ts";
import { getFunctionUrlConfig } from "./operations/get-function-url-config.ts";
import { getLayerVersion } from "./operations/get-layer-version.ts";
import { getLayerVersionByArn } from "./operations/get-layer-version-by-arn.ts";
import { getLayerVersionPolicy } from "./operations/get-layer-version-policy.ts";
import { getPolicy } from "./operations/get-policy.ts";
import { getProvisionedConcurrencyConfig } from "./operations/get-provisioned-concurrency-config.ts";
import { getRuntimeManagementConfig } from "./operations/get-runtime-management-config.ts";
import { invoke } from "./operations/invoke.ts";
import { invokeAsync } from "./operations/invoke-async.ts";
import { invokeWithResponseStream } from "./operations/invoke-with-response-stream.ts";
import { listAliases } from "./operations/list-aliases.ts";
import { listCodeSigningConfigs } from "./operations/list-code-signing-configs.ts";
import { listEventSourceMappings } from "./operations/list-event-source-mappings.ts";
import { listFunctionEventInvokeConfigs } from "./operations/list-function-event-invoke-configs.ts";
import { listFunctionUrlConfigs } from "./operations/list-function-url-configs.ts";
import { listFunctions } from "./operations/list-functions.ts";
import { listFunctionsByCodeSigningConfig } from "./operations/list-functions-by-code-signing-config.ts";
import { listLayerVersions } from "./operations/list-layer-versions.ts";
import { listLayers } from "./operations/list-layers.ts";
import { listProvisionedConcurrencyConfigs } from "./operations/list-provisioned-concurrency-configs.ts";
import { listTags } from "./operations/list-tags.ts";
import { listVersionsByFunction } from "./operations/list-versions-by-function.ts";
import { publishLayerVersion } from "./operations/publish-layer-version.ts";
import { publishVersion } from "./operations/publish-version.ts";
import { putFunctionCodeSigningConfig } from "./operations/put-function-code-signing-config.ts";
import { putFunctionConcurrency } from "./operations/put-function-concurrency.ts";
import { putFunctionEventInvokeConfig } from "./operations/put-function-event-invoke-config.ts";
import { putFunctionRecursionConfig } from "./operations/put-function-recursion-config.ts";
import { putProvisionedConcurrencyConfig } from "./operations/put-provisioned-concurrency-config.ts";
import { putRuntimeManagementConfig } from "./operations/put-runtime-management-config.ts";
import { removeLayerVersionPermission } from "./operations/remove-layer-version-permission.ts";
import { removePermission } from "./operations/remove-permission.ts";
import { tagResource } from "./operations/tag-resource.ts";
import { untagResource } from "./operations/untag-resource.ts";
import { updateAlias } from "./operations/update-alias.ts";
import { updateCodeSigningConfig } from "./operations/update-code-signing-config.ts";
import { updateEventSourceMapping } from "./operations/update-event-source-mapping.ts";
import { updateFunctionCode } from "./operations/update-function-code.ts";
import { updateFunctionConfiguration } from "./operations/update-function-configuration.ts";
import { updateFunctionEventInvokeConfig } from "./operations/update-function-event-invoke-config.ts";
import { updateFunctionUrlConfig } from "./operations/update-function-url-config.ts";

export function lambdaOperations(dependencies: LambdaDependencies): OperationTable {
  return {
    AddLayerVersionPermission: addLayerVersionPermission(dependencies),
    AddPermission: addPermission(dependencies),
    CreateAlias: createAlias(dependencies),
    CreateCodeSigningConfig: createCodeSigningConfig(dependencies),
    CreateEventSourceMapping: createEventSourceMapping(dependencies),
    CreateFunction: createFunction(dependencies),
    CreateFunctionUrlConfig: createFunctionUrlConfig(dependencies),
    DeleteAlias: deleteAlias(dependencies),
    DeleteCodeSigningConfig: deleteCodeSigningConfig(dependencies),
    DeleteEventSourceMapping: deleteEventSourceMapping(dependencies),
    DeleteFunction: deleteFunction(dependencies),
    DeleteFunctionCodeSigningConfig: deleteFunctionCodeSigningConfig(dependencies),
    DeleteFunctionConcurrency: deleteFunctionConcurrency(dependencies),
    DeleteFunctionEventInvokeConfig: deleteFunctionEventInvokeConfig(dependencies),
    DeleteFunctionUrlConfig: deleteFunctionUrlConfig(dependencies),
    DeleteLayerVersion: deleteLayerVersion(dependencies),
    DeleteProvisionedConcurrencyConfig: deleteProvisionedConcurrencyConfig(dependencies),
    GetAccountSettings: getAccountSettings(dependencies),
    GetAlias: getAlias(dependencies),
    GetCodeSigningConfig: getCodeSigningConfig(dependencies),
    GetEventSourceMapping: getEventSourceMapping(dependencies),
    GetFunction: getFunction(dependencies),
    GetFunctionCodeSigningConfig: getFunctionCodeSigningConfig(dependencies),
    GetFunctionConcurrency: getFunctionConcurrency(dependencies),
    GetFunctionConfiguration: getFunctionConfiguration(dependencies),
    GetFunctionEventInvokeConfig: getFunctionEventInvokeConfig(dependencies),
    GetFunctionRecursionConfig: getFunctionRecursionConfig(dependencies),
    GetFunctionUrlConfig: getFunctionUrlConfig(dependencies),
    GetLayerVersion: getLayerVersion(dependencies),
    GetLayerVersionByArn: getLayerVersionByArn(dependencies),
    GetLayerVersionPolicy: getLayerVersionPolicy(dependencies),
    GetPolicy: getPolicy(dependencies),
    GetProvisionedConcurrencyConfig: getProvisionedConcurrencyConfig(dependencies),
    GetRuntimeManagementConfig: getRuntimeManagementConfig(dependencies),
    Invoke: invoke(dependencies),
    InvokeAsync: invokeAsync(dependencies),
    InvokeWithResponseStream: invokeWithResponseStream(dependencies),
    ListAliases: listAliases(dependencies),
    ListCodeSigningConfigs: listCodeSigningConfigs(dependencies),
    ListEventSourceMappings: listEventSourceMappings(dependencies),
    ListFunctionEventInvokeConfigs: listFunctionEventInvokeConfigs(dependencies),
    ListFunctionUrlConfigs: listFunctionUrlConfigs(dependencies),
    ListFunctions: listFunctions(dependencies),
    ListFunctionsByCodeSigningConfig: listFunctionsByCodeSigningConfig(dependencies),
    ListLayerVersions: listLayerVersions(dependencies),
    ListLayers: listLayers(dependencies),
    ListProvisionedConcurrencyConfigs: listProvisionedConcurrencyConfigs(dependencies),
    ListTags: listTags(dependencies),
    ListVersionsByFunction: listVersionsByFunction(dependencies),
    PublishLayerVersion: publishLayerVersion(dependencies),
    PublishVersion: publishVersion(dependencies),
    PutFunctionCodeSigningConfig: putFunctionCodeSigningConfig(dependencies),
    PutFunctionConcurrency: putFunctionConcurrency(dependencies),
    PutFunctionEventInvokeConfig: putFunctionEventInvokeConfig(dependencies),
    PutFunctionRecursionConfig: putFunctionRecursionConfig(dependencies),
    PutProvisionedConcurrencyConfig: putProvisionedConcurrencyConfig(dependencies),
    PutRuntimeManagementConfig: putRuntimeManagementConfig(dependencies),
    RemoveLayerVersionPermission: removeLayerVersionPermission(dependencies),
    RemovePermission: removePermission(dependencies),
    TagResource: tagResource(dependencies),
    UntagResource: untagResource(dependencies),
    UpdateAlias: updateAlias(dependencies),
    UpdateCodeSigningConfig: updateCodeSigningConfig(dependencies),
    UpdateEventSourceMapping: updateEventSourceMapping(dependencies),
    UpdateFunctionCode: updateFunctionCode(dependencies),
    UpdateFunctionConfiguration: updateFunctionConfiguration(dependencies),
    UpdateFunctionEventInvokeConfig: updateFunctionEventInvokeConfig(dependencies),
    UpdateFunctionUrlConfig: updateFunctionUrlConfig(dependencies),
  };
}
