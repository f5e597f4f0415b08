"""Queues as Python programs use them: the client and the resources of boto3. Prints what it saw."""

import json
import os
import time

import boto3
from botocore.exceptions import ClientError

client = boto3.client("sqs")
resource = boto3.resource("sqs")
seen = {}

try:
    client.get_queue_url(QueueName="nobody")
except client.exceptions.QueueDoesNotExist as error:
    seen["missing"] = [error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]]

dead = resource.create_queue(QueueName="boto-dead")
queue = resource.create_queue(
    QueueName="boto",
    Attributes={
        "VisibilityTimeout": "0",
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead.attributes["QueueArn"], "maxReceiveCount": "1"}),
    },
    tags={"team": "python"},
)
seen["url"] = queue.url
seen["policy"] = json.loads(queue.attributes["RedrivePolicy"])
seen["tags"] = client.list_queue_tags(QueueUrl=queue.url)["Tags"]
sent = queue.send_message(
    MessageBody="größe 🎈",
    MessageAttributes={
        "n": {"DataType": "Number.int", "StringValue": "1"},
        "b": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
    },
    MessageSystemAttributes={"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793"}},
)
[message] = queue.receive_messages(MessageAttributeNames=["n"], AttributeNames=["All"])
seen["message"] = [
    message.message_id == sent["MessageId"],
    message.body,
    message.message_attributes,
    message.attributes["AWSTraceHeader"],
]
seen["after"] = len(queue.receive_messages())
[given_up] = dead.receive_messages(AttributeNames=["DeadLetterQueueSourceArn"])
seen["dead"] = [given_up.body, given_up.attributes["DeadLetterQueueSourceArn"]]
given_up.delete()
seen["sources"] = [source.url for source in dead.dead_letter_source_queues.all()]

fifo = resource.create_queue(
    QueueName="boto.fifo", Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"}
)
batch = fifo.send_messages(
    Entries=[{"Id": str(index), "MessageBody": f"m{index}", "MessageGroupId": "g"} for index in range(3)]
    + [{"Id": "bad", "MessageBody": "x", "MessageGroupId": "g", "DelaySeconds": 1}]
)
seen["batch"] = [len(batch["Successful"]), batch["Failed"][0]["Code"]]
seen["fifo"] = [each.body for each in fifo.receive_messages(MaxNumberOfMessages=10)]

started = time.monotonic()
seen["waited"] = len(fifo.receive_messages(WaitTimeSeconds=1))
seen["wait"] = time.monotonic() - started

try:
    client.send_message(QueueUrl=queue.url, MessageBody="x", DelaySeconds=901)
except ClientError as error:
    seen["invalid"] = error.response["Error"]["Code"]

paginator = client.get_paginator("list_queues")
pages = paginator.paginate(QueueNamePrefix="boto", PaginationConfig={"PageSize": 2})
seen["listed"] = sorted(url.rsplit("/", 1)[1] for page in pages for url in page.get("QueueUrls", []))
queue.purge()
queue.delete()
seen["endpoint"] = os.environ["AWS_ENDPOINT_URL"]
print(json.dumps(seen))
