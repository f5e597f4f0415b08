/** ObjectReader and ObjectWriter on any server that speaks S3's API, addressed path-style. */
import { addAbortSignal, type Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import { OBJECT_LIMITS, type ServiceEndpoint } from "../../config/mod.ts";
import type { Scope } from "../../model/mod.ts";
import {
  type ObjectLocation,
  type ObjectName,
  ObjectReadError,
  type ObjectReader,
  type ObjectWriter,
} from "./object-reader.ts";

/** Most servers never need it, and it is large: it is loaded when the first object is asked for. */
const sdk = () => import("@aws-sdk/client-s3");

export class S3Objects implements ObjectReader, ObjectWriter {
  readonly #config: ServiceEndpoint;
  readonly #readMsMax: number;

  constructor(config: ServiceEndpoint, readMsMax: number = OBJECT_LIMITS.readMsMax) {
    this.#config = config;
    this.#readMsMax = readMsMax;
  }

  async *read(scope: Scope, location: ObjectLocation, bytesMax: number): AsyncGenerator<Uint8Array> {
    const deadline = AbortSignal.timeout(this.#readMsMax);
    const client = await this.#client(scope);
    try {
      const body = await this.#open(client, location, deadline);
      let bytes = 0;
      for await (const piece of body) {
        bytes += piece.length;
        if (bytes > bytesMax) throw new ObjectReadError({ kind: "tooLarge" });
        yield piece;
      }
    } catch (error) {
      throw await this.#explained(error, deadline);
    } finally {
      // Deployments are rare: no connection is kept for the next.
      client.destroy();
    }
  }

  async write(scope: Scope, { bucket: Bucket, key: Key }: ObjectName, body: Buffer): Promise<void> {
    const client = await this.#client(scope);
    try {
      const { PutObjectCommand } = await sdk();
      const command = new PutObjectCommand({ Bucket, Key, Body: body, ContentType: "application/json" });
      await client.send(command, { abortSignal: AbortSignal.timeout(this.#readMsMax) });
    } finally {
      client.destroy();
    }
  }

  async #client({ accountId, region }: Scope): Promise<S3Client> {
    const { S3Client } = await sdk();
    return new S3Client({
      endpoint: this.#config.endpointUrl,
      forcePathStyle: true,
      region,
      // Servers that check no keys may still tell accounts apart by them.
      credentials: this.#config.credentials ?? { accessKeyId: accountId, secretAccessKey: "test" },
      maxAttempts: OBJECT_LIMITS.attemptsMax,
      requestHandler: { connectionTimeout: OBJECT_LIMITS.connectMsMax },
      // Not every server sends checksums of whole objects; a damaged archive does not unpack.
      responseChecksumValidation: "WHEN_REQUIRED",
      disableS3ExpressSessionAuth: true,
    });
  }

  async #open(
    client: S3Client,
    { bucket: Bucket, key: Key, versionId }: ObjectLocation,
    deadline: AbortSignal,
  ): Promise<Readable> {
    const { GetObjectCommand } = await sdk();
    const command = new GetObjectCommand({
      Bucket,
      Key,
      ...(versionId !== undefined && { VersionId: versionId }),
    });
    const { Body } = await client.send(command, { abortSignal: deadline });
    // In Node.js it is the response itself. The signal given above ends with the response's head.
    return addAbortSignal(deadline, Body as Readable);
  }

  async #explained(error: unknown, deadline: AbortSignal): Promise<unknown> {
    const { S3ServiceException } = await sdk();
    if (!(error instanceof Error) || error instanceof ObjectReadError) return error;
    if (deadline.aborted) {
      const message = `${this.#config.endpointUrl} took longer than ${this.#readMsMax / 1000} s`;
      return new ObjectReadError({ kind: "failed", message }, error);
    }
    if (error instanceof S3ServiceException) {
      return new ObjectReadError({ kind: "refused", code: error.name, message: error.message }, error);
    }
    const message = `${this.#config.endpointUrl}: ${reasonOf(error)}`;
    return new ObjectReadError({ kind: "failed", message }, error);
  }
}

/** Where a name has several addresses and none answers, only the parts of the error say why. */
function reasonOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return error.message || code || error.name;
}
