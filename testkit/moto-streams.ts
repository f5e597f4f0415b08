/** Streams and tables of moto, for a test: made and written to by boto3-compatible calls, without an SDK of their own. */

const ACCOUNT = "123456789012";

export class MotoStreams {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Its ARN. */
  async create(StreamName: string, ShardCount = 1): Promise<string> {
    await this.#call("Kinesis_20131202.CreateStream", { StreamName, ShardCount });
    return `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/${StreamName}`;
  }

  async remove(StreamName: string): Promise<void> {
    await this.#call("Kinesis_20131202.DeleteStream", { StreamName });
  }

  async put(StreamName: string, records: readonly (readonly [key: string, data: string])[]): Promise<void> {
    const Records = records.map(([PartitionKey, data]) => ({ PartitionKey, Data: btoa(data) }));
    await this.#call("Kinesis_20131202.PutRecords", { StreamName, Records });
  }

  /** A table with the key `id`; the ARN of its stream. */
  async createTable(TableName: string): Promise<string> {
    const { TableDescription } = await this.#call("DynamoDB_20120810.CreateTable", {
      TableName,
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
    });
    return String((TableDescription as Record<string, unknown>)["LatestStreamArn"]);
  }

  async putItem(TableName: string, Item: object): Promise<void> {
    await this.#call("DynamoDB_20120810.PutItem", { TableName, Item });
  }

  async deleteItem(TableName: string, Key: object): Promise<void> {
    await this.#call("DynamoDB_20120810.DeleteItem", { TableName, Key });
  }

  /** Rejects with what the server said. */
  async #call(target: string, body: object): Promise<Record<string, unknown>> {
    const service = target.split("_")[0]?.toLowerCase();
    const answer = await fetch(this.#url, {
      method: "POST",
      headers: {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": target,
        Authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${target}: ${text}`);
    return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  }
}
