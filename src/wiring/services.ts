/** Every AWS service that is served: its protocols, where its schemas and constraints are, and what its operations do. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { HTTP_LIMITS, LAMBDA_LIMITS } from "../config/mod.ts";
import { invokeRequestTooLarge } from "../errors/mod.ts";
import { type ConstraintModel, clientSchemas, type ServiceDefinition } from "../gateway/mod.ts";
import type { OperationTable } from "../model/mod.ts";
import { stsOperations } from "../services/sts/mod.ts";

export interface ServiceOperations {
  readonly lambda: OperationTable;
  readonly logs: OperationTable;
  readonly sqs: OperationTable;
  readonly cloudWatch: OperationTable;
}

export function services({ lambda, logs, sqs, cloudWatch }: ServiceOperations): ServiceDefinition[] {
  return [
    {
      name: "lambda",
      protocol: "rest-json",
      loadSchemas: () => clientSchemas("@aws-sdk/client-lambda"),
      loadConstraints: () => constraints("lambda"),
      operations: lambda,
      bodyBytesMax: {
        CreateFunction: HTTP_LIMITS.codeUploadBodyBytesMax,
        UpdateFunctionCode: HTTP_LIMITS.codeUploadBodyBytesMax,
        PublishLayerVersion: HTTP_LIMITS.codeUploadBodyBytesMax,
        Invoke: LAMBDA_LIMITS.invokePayloadBytesMax,
        InvokeWithResponseStream: LAMBDA_LIMITS.invokePayloadBytesMax,
      },
      bodyTooLarge: { Invoke: invokeRequestTooLarge, InvokeWithResponseStream: invokeRequestTooLarge },
      constraintsLeftToOperation: ["CreateFunction.Runtime", "UpdateFunctionConfiguration.Runtime"],
    },
    {
      name: "logs",
      protocol: "json",
      targetPrefix: "Logs_20140328",
      loadSchemas: () => clientSchemas("@aws-sdk/client-cloudwatch-logs"),
      loadConstraints: () => constraints("logs"),
      operations: logs,
    },
    {
      name: "sqs",
      protocol: "json",
      targetPrefix: "AmazonSQS",
      speaksQueryToo: true,
      queryPathMember: "QueueUrl",
      ownPaths: /^\/\d{12}\/[A-Za-z0-9_.-]{1,80}\/?$/,
      apiVersion: "2012-11-05",
      xmlNamespace: "http://queue.amazonaws.com/doc/2012-11-05/",
      // Recorded on AWS: 403 for a second PurgeQueue in either protocol.
      keepsQueryStatuses: true,
      queryTexts: { QueueDoesNotExist: "The specified queue does not exist for this wsdl version." },
      loadSchemas: () => clientSchemas("@aws-sdk/client-sqs"),
      // Its refusals have texts of their own, for what is missing, too.
      loadConstraints: () => ({ operations: {}, shapes: {} }),
      operations: sqs,
    },
    {
      name: "monitoring",
      protocol: "json",
      targetPrefix: "GraniteServiceVersion20100801",
      speaksQueryToo: true,
      speaksCborToo: true,
      takesGzip: true,
      ownPaths: /^\/service\/GraniteServiceVersion20100801\//,
      apiVersion: "2010-08-01",
      xmlNamespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
      loadSchemas: () => clientSchemas("@aws-sdk/client-cloudwatch"),
      loadConstraints: () => constraints("cloudwatch"),
      operations: cloudWatch,
    },
    {
      name: "sts",
      protocol: "query",
      apiVersion: "2011-06-15",
      xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
      loadSchemas: () => clientSchemas("@aws-sdk/client-sts"),
      loadConstraints: () => constraints("sts"),
      operations: stsOperations,
    },
  ];
}

function constraints(service: string): ConstraintModel {
  const file = path.join(import.meta.dirname, "../gateway/constraints", `${service}.json`);
  return JSON.parse(readFileSync(file, "utf8")) as ConstraintModel;
}
