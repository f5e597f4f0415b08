import assert from "node:assert/strict";
import os from "node:os";
import { describe, it } from "node:test";
import { readConfig } from "./config.ts";
import { ConfigError } from "./config-error.ts";

const s3Of = (env: Record<string, string>) => readConfig(env, "/").s3;

describe("the S3 endpoint in the configuration", () => {
  const LAMBKIN_S3_ENDPOINT_URL = "http://127.0.0.1:9000";
  const own = { LAMBKIN_S3_ACCESS_KEY_ID: "own", LAMBKIN_S3_SECRET_ACCESS_KEY: "own-secret" };
  const usual = {
    AWS_ACCESS_KEY_ID: "usual",
    AWS_SECRET_ACCESS_KEY: "usual-secret",
    AWS_SESSION_TOKEN: "token",
  };

  it("is absent unless it is named", () => {
    assert.equal(s3Of({}), undefined);
    assert.equal(s3Of({ LAMBKIN_S3_ENDPOINT_URL: "", ...own }), undefined);
  });

  it("takes its own key first, then the usual one with its token, else none", () => {
    const credentials = (env: Record<string, string>) =>
      s3Of({ LAMBKIN_S3_ENDPOINT_URL, ...env })?.credentials;
    assert.deepEqual(credentials({ ...own, ...usual }), {
      accessKeyId: "own",
      secretAccessKey: "own-secret",
    });
    assert.deepEqual(credentials(usual), {
      accessKeyId: "usual",
      secretAccessKey: "usual-secret",
      sessionToken: "token",
    });
    assert.equal(credentials({}), undefined);
  });

  it("stops the start on half a key and on what is no plain address", () => {
    assert.throws(
      () => s3Of({ LAMBKIN_S3_ENDPOINT_URL, LAMBKIN_S3_ACCESS_KEY_ID: "own" }),
      (error) => error instanceof ConfigError && error.message.includes("LAMBKIN_S3_SECRET_ACCESS_KEY"),
    );
    for (const address of ["nowhere", "ftp://127.0.0.1", "http://user:secret@127.0.0.1", "http://a/?b"]) {
      assert.throws(() => s3Of({ LAMBKIN_S3_ENDPOINT_URL: address }), ConfigError, address);
    }
  });
});

describe("the number of fronts in the configuration", {
  skip: process.platform !== "linux" && "Linux only",
}, () => {
  it("is what the machine has processors for, unless it is named", (context) => {
    const machine = context.mock.method(os, "availableParallelism");
    const fittingFor = (processors: number): number => {
      machine.mock.mockImplementation(() => processors);
      return readConfig({}, "/").fronts;
    };
    assert.deepEqual([1, 2, 3, 4, 7, 8, 64].map(fittingFor), [0, 0, 0, 1, 1, 2, 2]);
    assert.equal(readConfig({ LAMBKIN_FRONTS: "0" }, "/").fronts, 0);
    assert.equal(readConfig({ LAMBKIN_FRONTS: "16" }, "/").fronts, 16);
    assert.throws(() => readConfig({ LAMBKIN_FRONTS: "17" }, "/"), ConfigError);
  });
});
