import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApiError } from "../errors/mod.ts";
import type { HttpRequest } from "./http-message.ts";
import { identify, serviceOf } from "./identify.ts";

function request(headers: Record<string, string>, path = "/", query = ""): HttpRequest {
  return {
    method: "POST",
    path,
    query: new URLSearchParams(query),
    queryText: "",
    headers,
    body: Buffer.alloc(0),
    remoteAddress: "",
  };
}

const HINTS = {
  byTargetPrefix: new Map([["Logs_20140328", "logs"]]),
  byApiVersion: new Map([["2011-06-15", "sts"]]),
};

const signed = (credential: string) =>
  request({
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=abc`,
  });

describe("identification", () => {
  it("reads account, region and service from the credential scope", () => {
    const identity = identify(signed("111122223333/20260101/eu-west-1/lambda/aws4_request"));
    assert.deepEqual(identity, {
      accessKeyId: "111122223333",
      accountId: "111122223333",
      region: "eu-west-1",
      signedService: "lambda",
    });
    assert.equal(identify(signed("AKIA/20260101/us-east-1/sts/aws4_request")).accountId, "000000000000");
  });

  it("takes an unsigned request for the default account, and a presigned one for its own", () => {
    assert.equal(identify(request({})).signedService, undefined);
    const presigned = request({}, "/", "X-Amz-Credential=AKIA/20260101/us-west-2/lambda/aws4_request");
    assert.equal(identify(presigned).region, "us-west-2");
  });

  it("refuses every other form", () => {
    for (const authorization of [
      "",
      "Basic dXNlcg==",
      "AWS4-HMAC-SHA256",
      "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request",
      "AWS4-HMAC-SHA256 Credential=a/b/c/d, SignedHeaders=h, Signature=s",
      "AWS4-HMAC-SHA256 Credential=a/b/UPPER!/d/aws4_request, SignedHeaders=h, Signature=s",
      "AWS4-HMAC-SHA256 Credential=a/b/c/d/other, SignedHeaders=h, Signature=s",
    ]) {
      assert.throws(
        () => identify(request({ authorization })),
        (error) => error instanceof ApiError && error.code === "IncompleteSignatureException",
        authorization,
      );
    }
  });

  it("finds the service of an unsigned request by target, path, host or version", () => {
    const service = (given: HttpRequest) => serviceOf(given, identify(given), HINTS);
    assert.equal(service(request({ "x-amz-target": "Logs_20140328.GetLogEvents" })), "logs");
    assert.equal(service(request({}, "/2015-03-31/functions")), "lambda");
    assert.equal(service(request({ host: "sqs.us-east-1.localhost:4566" })), "sqs");
    assert.equal(service(request({}, "/", "Action=GetCallerIdentity&Version=2011-06-15")), "sts");
    assert.equal(service(request({})), undefined);
  });
});
