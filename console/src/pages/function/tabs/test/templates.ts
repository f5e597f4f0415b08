/** Events as AWS's services send them, to start from. Source: the services' pages in the Lambda developer guide. */

export interface Template {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly event: unknown;
}

interface Place {
  readonly account: string;
  readonly region: string;
}

const ID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";
const ISO_TIME = "2026-01-01T12:00:00.000Z";
const TIME_MS = Date.parse(ISO_TIME);
const HOST = "lambda-url.on.aws";

export function templates(place: Place): readonly Template[] {
  return [
    {
      id: "hello",
      label: "Hello",
      description: "Three keys with values",
      event: { key1: "value1", key2: "value2", key3: "value3" },
    },
    { id: "sqs", label: "SQS", description: "A message from a queue", event: sqs(place) },
    { id: "s3", label: "S3 put", description: "An object was created", event: s3(place) },
    {
      id: "http",
      label: "API Gateway v2, function URL",
      description: "An HTTP request, payload format 2.0",
      event: http(place),
    },
    {
      id: "schedule",
      label: "EventBridge schedule",
      description: "A rule's time has come",
      event: schedule(place),
    },
    { id: "sns", label: "SNS", description: "A notification from a topic", event: sns(place) },
  ];
}

function sqs({ account, region }: Place): unknown {
  return {
    Records: [
      {
        messageId: "19dd0b57-b21e-4ac1-bd88-01bbb068cb78",
        receiptHandle: "MessageReceiptHandle",
        body: '{"order":1}',
        attributes: {
          ApproximateReceiveCount: "1",
          SentTimestamp: String(TIME_MS),
          SenderId: account,
          ApproximateFirstReceiveTimestamp: String(TIME_MS + 1),
        },
        messageAttributes: {},
        md5OfBody: "190ad5fd0596a0629a0aa256937135a3",
        eventSource: "aws:sqs",
        eventSourceARN: `arn:aws:sqs:${region}:${account}:my-queue`,
        awsRegion: region,
      },
    ],
  };
}

function s3({ account, region }: Place): unknown {
  return {
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: region,
        eventTime: ISO_TIME,
        eventName: "ObjectCreated:Put",
        userIdentity: { principalId: account },
        requestParameters: { sourceIPAddress: "127.0.0.1" },
        responseElements: { "x-amz-request-id": ID },
        s3: {
          s3SchemaVersion: "1.0",
          configurationId: "uploads",
          bucket: {
            name: "my-bucket",
            ownerIdentity: { principalId: account },
            arn: "arn:aws:s3:::my-bucket",
          },
          object: {
            key: "photos/cat.jpg",
            size: 1024,
            eTag: "0123456789abcdef0123456789abcdef",
            sequencer: "0A1B2C3D4E5F678901",
          },
        },
      },
    ],
  };
}

function http({ account }: Place): unknown {
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: "/my/path",
    rawQueryString: "name=Ada&name=Grace&page=2",
    cookies: ["session=one", "theme=dark"],
    headers: { "content-type": "application/json", host: HOST, "x-forwarded-for": "127.0.0.1" },
    queryStringParameters: { name: "Ada,Grace", page: "2" },
    requestContext: {
      accountId: account,
      apiId: "api-id",
      domainName: HOST,
      domainPrefix: "lambda-url",
      http: {
        method: "POST",
        path: "/my/path",
        protocol: "HTTP/1.1",
        sourceIp: "127.0.0.1",
        userAgent: "curl/8",
      },
      requestId: ID,
      routeKey: "$default",
      stage: "$default",
      time: "01/Jan/2026:12:00:00 +0000",
      timeEpoch: TIME_MS,
    },
    body: '{"hello":"world"}',
    isBase64Encoded: false,
  };
}

function schedule({ account, region }: Place): unknown {
  return {
    version: "0",
    id: ID,
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account,
    time: "2026-01-01T12:00:00Z",
    region,
    resources: [`arn:aws:events:${region}:${account}:rule/every-hour`],
    detail: {},
  };
}

function sns({ account, region }: Place): unknown {
  const topic = `arn:aws:sns:${region}:${account}:my-topic`;
  return {
    Records: [
      {
        EventVersion: "1.0",
        EventSubscriptionArn: `${topic}:${ID}`,
        EventSource: "aws:sns",
        Sns: {
          Type: "Notification",
          MessageId: ID,
          TopicArn: topic,
          Subject: "A subject",
          Message: "Hello from SNS",
          Timestamp: ISO_TIME,
          SignatureVersion: "1",
          Signature: "EXAMPLE",
          SigningCertUrl: "EXAMPLE",
          UnsubscribeUrl: "EXAMPLE",
          MessageAttributes: { kind: { Type: "String", Value: "greeting" } },
        },
      },
    ],
  };
}
