"""The course's exercise, as its students write it: boto3, nothing but AWS_ENDPOINT_URL set. Prints what it saw."""

import base64
import io
import json
import threading
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

SOURCE = '''
import time

def lambda_handler(event, context):
    print("working on", event)
    time.sleep(5)
    return {"statusCode": 200, "body": "done"}
'''

buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w") as archive:
    archive.writestr("lambda_function.py", SOURCE)

# What is throttled is to be seen, so the first round does not try again.
impatient = boto3.client("lambda", config=Config(retries={"max_attempts": 0}, max_pool_connections=10))
patient = boto3.client("lambda", config=Config(retries={"max_attempts": 10, "mode": "standard"}, read_timeout=60))
logs = boto3.client("logs")

created = impatient.create_function(
    FunctionName="exercise",
    Runtime="python3.10",
    Role="arn:aws:iam::000000000000:role/lambda-role",
    Handler="lambda_function.lambda_handler",
    Code={"ZipFile": buffer.getvalue()},
    Timeout=15,
)
impatient.get_waiter("function_active_v2").wait(FunctionName="exercise")
listed = [function["FunctionName"] for function in impatient.list_functions()["Functions"]]
limited = impatient.put_function_concurrency(FunctionName="exercise", ReservedConcurrentExecutions=2)


def call(client, results, index):
    try:
        answer = client.invoke(FunctionName="exercise", Payload=json.dumps({"call": index}))
        results[index] = {"status": answer["StatusCode"], "payload": json.load(answer["Payload"])}
    except ClientError as error:
        results[index] = {
            "status": error.response["ResponseMetadata"]["HTTPStatusCode"],
            "code": error.response["Error"]["Code"],
            "message": error.response["Error"]["Message"],
            "reason": error.response.get("Reason"),
        }


def round_of(client, count):
    results = [None] * count
    threads = [threading.Thread(target=call, args=(client, results, index)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


ten = round_of(impatient, 10)
two = round_of(impatient, 2)
three_with_retries = round_of(patient, 3)
tail = impatient.invoke(FunctionName="exercise", LogType="Tail", Payload="{}")
filtered = logs.filter_log_events(logGroupName="/aws/lambda/exercise", filterPattern="REPORT")

print(
    json.dumps(
        {
            "state": created["State"],
            "listed": listed,
            "limited": limited["ReservedConcurrentExecutions"],
            "ten": ten,
            "two": two,
            "withRetries": three_with_retries,
            "tail": base64.b64decode(tail["LogResult"]).decode(),
            "reports": [event["message"] for event in filtered["events"]],
        }
    )
)
