/**
 * Puts into `.cache/runtimes` what managed runtimes need and a machine rarely has: the Node.js versions, from npm's
 * packages of the same name, the AWS SDK for their functions, and AWS's runtime client for Java through Maven.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const MAJORS = ["18", "20", "22", "24"];
const FOLDER = path.join(path.dirname(import.meta.dirname), ".cache/runtimes");
const isQuiet = process.argv.includes("--quiet");

/** What Maven is to bring, and what it has to be: SHA-256 by file. */
const JAVA_CLIENT = {
  version: "2.9.0",
  jars: {
    "annotations-2.34.0.jar": "fafdcb55f4e5af603f5219f4a2b080aa0decb562a7c0944f7a7eca82dd47e487",
    "aws-lambda-java-core-1.4.0.jar": "575c24393cc1ad645e83e618956eabd89ffe8cc09efae2cb62bc6589154d68ed",
    "aws-lambda-java-runtime-interface-client-2.9.0.jar":
      "26568a5f63bf9e921567e77661be425650abc8972bae2aa0b7e99bab4e4239d9",
    "aws-lambda-java-serialization-1.2.0.jar":
      "1513c1f945a3213f916a4b2de1760c97b51d84d110f82bbbcf9cfac53d5651e7",
    "utils-lite-2.34.0.jar": "efaf784f07ae526f0b5c89d71ef21cf16636131c47d44616e3df9bedc3f4f89a",
  } as Readonly<Record<string, string>>,
};

/** The AWS SDK for JavaScript as functions find it: the clients that functions use most. */
const NODE_SDK = [
  ...[
    "cloudwatch",
    "cloudwatch-logs",
    "dynamodb",
    "eventbridge",
    "kinesis",
    "lambda",
    "s3",
    "secrets-manager",
  ],
  ...["ses", "sfn", "sns", "sqs", "ssm", "sts"],
].map((name) => `@aws-sdk/client-${name}@3`);

const steps = [
  ...MAJORS.map((major) => ({
    name: `nodejs${major}.x`,
    proof: "bin/node",
    install: (scratch: string) => installNode(major, scratch),
  })),
  { name: "nodejs-sdk", proof: "@aws-sdk/client-s3", install: installNodeSdk },
  { name: "java-client", proof: Object.keys(JAVA_CLIENT.jars)[0] ?? "", install: installJavaClient },
];

let failures = 0;
for (const [index, { name, proof, install }] of steps.entries()) {
  const target = path.join(FOLDER, name);
  if (existsSync(path.join(target, proof))) {
    if (!isQuiet) console.log(`${name} is there`);
    continue;
  }
  console.log(`[${index + 1}/${steps.length}] installing ${name} …`);
  const scratch = path.join(FOLDER, `installing-${name}`);
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const made = install(scratch);
  if (made !== undefined) {
    rmSync(target, { recursive: true, force: true });
    renameSync(made, target);
  } else {
    failures++;
    console.error(`${name} could not be installed`);
  }
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(failures === 0 ? 0 : 1);

/** Each answers the folder that is to be kept; undefined where it did not come to be. */
function installNode(major: string, scratch: string): string | undefined {
  const system = process.platform === "darwin" ? "bin-darwin" : process.platform;
  const name = `node-${system}-${process.arch}`;
  const isInstalled = npmInstall(scratch, [`${name}@${major}`]);
  const installed = path.join(scratch, "node_modules", name);
  return isInstalled && existsSync(path.join(installed, "bin/node")) ? installed : undefined;
}

function installNodeSdk(scratch: string): string | undefined {
  const packages = [...NODE_SDK, "@aws-sdk/lib-dynamodb@3", "@aws-sdk/s3-request-presigner@3"];
  return npmInstall(scratch, packages) ? path.join(scratch, "node_modules") : undefined;
}

function npmInstall(folder: string, packages: readonly string[]): boolean {
  const options = ["--no-audit", "--no-fund", "--no-save", "--loglevel=error"];
  const args = ["install", "--prefix", folder, ...options, ...packages];
  const npm = process.env["npm_execpath"];
  const result = npm
    ? spawnSync(process.execPath, [npm, ...args], { stdio: "inherit" })
    : spawnSync("npm", args, { stdio: "inherit" });
  return result.status === 0;
}

function installJavaClient(scratch: string): string | undefined {
  const project = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>client</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>com.amazonaws</groupId><artifactId>aws-lambda-java-runtime-interface-client</artifactId>
    <version>${JAVA_CLIENT.version}</version>
  </dependency></dependencies>
</project>`;
  writeFileSync(path.join(scratch, "pom.xml"), project);
  const options = ["-q", "-B", "-DincludeScope=runtime", "-DoutputDirectory=jars"];
  const result = spawnSync("mvn", ["dependency:copy-dependencies", ...options], {
    cwd: scratch,
    stdio: "inherit",
  });
  if (result.error !== undefined) console.error("Maven (`mvn`) is needed for it: apt-get install maven");
  const jars = path.join(scratch, "jars");
  if (result.status !== 0 || !existsSync(jars)) return undefined;
  const found = readdirSync(jars).sort();
  const isExpected = (name: string): boolean =>
    createHash("sha256")
      .update(readFileSync(path.join(jars, name)))
      .digest("hex") === JAVA_CLIENT.jars[name];
  if (found.join() !== Object.keys(JAVA_CLIENT.jars).sort().join() || !found.every(isExpected)) {
    console.error("what Maven brought is not what was expected");
    return undefined;
  }
  return jars;
}
