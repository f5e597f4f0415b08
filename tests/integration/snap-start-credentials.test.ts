/** Functions with SnapStart ask for their credentials, as on AWS: what was initialised once would go on with old ones. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { lambdaClient, runProgram } from "../../testkit/clients.ts";
import { createFunction, invoke, settledVersion, zip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const isRoot = process.getuid?.() === 0;
const skip = isRoot ? false : "snapshots need cgroups and network namespaces";

/** The clients of its init are those of its copies. */
const ASKS = `
import boto3, json, os, urllib.error, urllib.request
sts = boto3.client("sts")
of_init = sts._get_credentials().access_key
def ask(token):
    request = urllib.request.Request(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"], headers={"Authorization": token})
    try: return json.load(urllib.request.urlopen(request))
    except urllib.error.HTTPError as error: return [error.code, error.read().decode()]
at_init = ask(os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "")) if "AWS_CONTAINER_CREDENTIALS_FULL_URI" in os.environ else None
token_of_init = os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "")
def lambda_handler(event, context):
    keys = [name for name in os.environ if name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")]
    if at_init is None: return {"keys": keys}
    answer = {"keys": keys, "atInit": at_init, "now": ask(os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"]),
              "oldToken": ask(token_of_init), "wrongToken": ask("guess")}
    credentials = sts._get_credentials()
    before = credentials.token
    credentials._expiry_time = credentials._time_fetcher()
    answer["boto3"] = [sts.get_caller_identity()["Account"], of_init, credentials.token != before]
    return answer
`;

/** Of boto3, as a developer packs it: pure Python, with the description of one service. */
const PACKAGES = ["boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six.py", "urllib3"];
const OTHER_SERVICES = /^botocore\/data\/(?!sts\/)[^/]+\//;

async function boto3Files(url: string): Promise<Record<string, Uint8Array>> {
  const script = "import boto3, os; print(os.path.dirname(os.path.dirname(boto3.__file__)))";
  const { stdout } = await runProgram(url, "python3", ["-c", script], ".");
  const folder = stdout.trim();
  const files = PACKAGES.flatMap((name) =>
    statSync(path.join(folder, name)).isFile()
      ? [name]
      : readdirSync(path.join(folder, name), { recursive: true }).map((file) =>
          path.join(name, String(file)),
        ),
  );
  const wanted = files.filter((file) => !OTHER_SERVICES.test(file) && /\.(py|json|gz)$/.test(file));
  return Object.fromEntries(wanted.map((file) => [file, readFileSync(path.join(folder, file))]));
}

interface Keys {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly Token: string;
  readonly Expiration: string;
}

interface Answer {
  readonly keys: readonly string[];
  readonly atInit: Keys;
  readonly now: Keys;
  readonly oldToken: Keys;
  readonly wrongToken: readonly [number, string];
  readonly boto3: readonly [string, string, boolean];
}

describe("The credentials of a function with SnapStart", { skip }, () => {
  let server: TestServer;
  let client: LambdaClient;
  let answer: Answer;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    const code = zip({ ...(await boto3Files(server.url)), "lambda_function.py": ASKS });
    await createFunction(client, "asks", code, {
      Runtime: "python3.12",
      Publish: true,
      SnapStart: { ApplyOn: "PublishedVersions" },
    });
    const { SnapStart } = await settledVersion(client, "asks");
    assert.equal(SnapStart?.OptimizationStatus, "On");
    const { payload, functionError } = await invoke(client, "asks:1");
    assert.equal(functionError, undefined, JSON.stringify(payload));
    answer = payload as Answer;
  });
  after(() => server.stop());

  it("are not in its variables, and new for each who asks", () => {
    assert.deepEqual(answer.keys, []);
    const { atInit, now } = answer;
    assert.equal(now.AccessKeyId, "000000000000");
    assert.notEqual(now.SecretAccessKey, atInit.SecretAccessKey);
    assert.notEqual(now.Token, atInit.Token);
    assert.ok(Date.parse(now.Expiration) > Date.now(), now.Expiration);
  });

  it("are had with the token of its init, too, but with no other", () => {
    assert.equal(answer.oldToken.AccessKeyId, "000000000000");
    assert.deepEqual(answer.wrongToken, [404, "cannot get credentials for the provided token\n"]);
  });

  it("are found by a boto3 client of its init, which gets new ones when they expire", () => {
    assert.deepEqual(answer.boto3, ["000000000000", "000000000000", true]);
  });

  it("are variables on $LATEST", async () => {
    const { payload } = await invoke(client, "asks");
    assert.deepEqual((payload as Answer).keys.toSorted(), [
      "AWS_ACCESS_KEY_ID",
      "AWS_SECRET_ACCESS_KEY",
      "AWS_SESSION_TOKEN",
    ]);
  });
});
