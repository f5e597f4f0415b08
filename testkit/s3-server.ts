/** A real S3 server for a test: rclone serving a folder on a port the system chose. */
import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { PROJECT, temporaryFolder } from "./server.ts";

/** `npm test` puts it there. */
const PROGRAM = path.join(PROJECT, ".cache/venv/bin/rclone");

const CREDENTIALS = { accessKeyId: "s3-key", secretAccessKey: "s3-secret" };

export interface S3Server {
  readonly url: string;
  /** LAMBKIN_* variables of a server that reads from here. */
  readonly settings: Readonly<Record<string, string>>;
  /** The bucket is made when it is not there. */
  put(bucket: string, key: string, content: Uint8Array): Promise<void>;
  /** Keys and contents of all that is in a bucket. */
  objects(bucket: string): Promise<(readonly [key: string, content: Buffer])[]>;
  stop(): Promise<void>;
}

/** Rejects with what rclone printed when it does not start. */
export async function startS3Server(): Promise<S3Server> {
  const folder = await temporaryFolder();
  const { accessKeyId, secretAccessKey } = CREDENTIALS;
  const child = spawn(
    PROGRAM,
    ["serve", "s3", folder, "--addr=127.0.0.1:0", `--auth-key=${accessKeyId},${secretAccessKey}`],
    { env: { ...process.env, RCLONE_CONFIG: "/dev/null" }, stdio: ["ignore", "ignore", "pipe"] },
  );
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let output = "";
    createInterface(child.stderr).on("line", (line) => {
      output += `${line}\n`;
      const address = /server on \[?(http:\/\/[\d.:]+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.once("error", reject);
    void exited.then(() => reject(new Error(`rclone ended: ${output}`)));
  });
  const client = new S3Client({
    endpoint: url,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: CREDENTIALS,
  });
  const buckets = new Map<string, Promise<unknown>>();
  return {
    url,
    settings: {
      LAMBKIN_S3_ENDPOINT_URL: url,
      LAMBKIN_S3_ACCESS_KEY_ID: accessKeyId,
      LAMBKIN_S3_SECRET_ACCESS_KEY: secretAccessKey,
    },
    async put(Bucket, Key, Body) {
      if (!buckets.has(Bucket)) buckets.set(Bucket, client.send(new CreateBucketCommand({ Bucket })));
      await buckets.get(Bucket);
      await client.send(new PutObjectCommand({ Bucket, Key, Body }));
    },
    async objects(Bucket) {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
      return Promise.all(
        Contents.map(async ({ Key = "" }) => {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
          return [Key, Buffer.from((await Body?.transformToByteArray()) ?? [])] as const;
        }),
      );
    },
    async stop() {
      client.destroy();
      child.kill("SIGKILL");
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
