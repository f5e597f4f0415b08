"""CloudWatch as Python programs use it, in the protocol named first: releases of boto3 differ in which they prefer. Prints what it saw."""

import datetime
import json
import sys

import boto3
import botocore.model
from botocore.exceptions import ClientError

botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS = (sys.argv[1],)
client = boto3.client("cloudwatch", region_name=sys.argv[2])
now = datetime.datetime.now(datetime.timezone.utc)
window = {"StartTime": now - datetime.timedelta(hours=1), "EndTime": now + datetime.timedelta(hours=1)}
dimensions = [{"Name": "Größe", "Value": "klein"}]
seen = {"protocol": client.meta.service_model.resolved_protocol}

client.put_metric_data(
    Namespace="Boto",
    MetricData=[
        {"MetricName": "Latency", "Dimensions": dimensions, "Timestamp": now, "Value": 1.5, "Unit": "Seconds"},
        {"MetricName": "Latency", "Dimensions": dimensions, "Timestamp": now, "Value": 2.5, "Unit": "Seconds"},
    ],
)
listed = list(client.get_paginator("list_metrics").paginate(Namespace="Boto").search("Metrics[]"))
seen["listed"] = [[each["MetricName"], each["Dimensions"]] for each in listed]
stat = {
    "Metric": {"Namespace": "Boto", "MetricName": "Latency", "Dimensions": dimensions},
    "Period": 60,
    "Stat": "Average",
}
answer = client.get_metric_data(
    MetricDataQueries=[{"Id": "m", "MetricStat": stat}, {"Id": "e", "Expression": "m * 2", "Label": "twice"}], **window
)
seen["data"] = [[each["Id"], each["Label"], each["Values"]] for each in answer["MetricDataResults"]]
[timestamp] = answer["MetricDataResults"][0]["Timestamps"]
seen["minute"] = timestamp == now.replace(second=0, microsecond=0)
[point] = client.get_metric_statistics(
    Namespace="Boto",
    MetricName="Latency",
    Dimensions=dimensions,
    Period=60,
    Statistics=["Sum", "Maximum"],
    ExtendedStatistics=["p100"],
    **window,
)["Datapoints"]
seen["point"] = [point["Sum"], point["Maximum"], point["ExtendedStatistics"]["p100"], point["Unit"]]
client.put_metric_data(
    Namespace="Boto",
    MetricData=[{"MetricName": "Many", "Dimensions": [{"Name": "A", "Value": "x" * 200}], "Value": 1} for _ in range(200)],
)
seen["compressed"] = len(client.list_metrics(Namespace="Boto", MetricName="Many")["Metrics"])

client.put_metric_alarm(
    AlarmName="boto",
    Namespace="Boto",
    MetricName="Latency",
    Statistic="Average",
    Period=60,
    EvaluationPeriods=3,
    TreatMissingData="ignore",
    Threshold=1,
    ComparisonOperator="GreaterThanThreshold",
    Tags=[{"Key": "team", "Value": "python"}],
)
client.set_alarm_state(AlarmName="boto", StateValue="OK", StateReason="by hand")
[alarm] = client.describe_alarms(AlarmNames=["boto"])["MetricAlarms"]
seen["alarm"] = [alarm["StateValue"], alarm["StateReason"], alarm["Threshold"], alarm["ActionsEnabled"]]
seen["tags"] = client.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
history = client.describe_alarm_history(AlarmName="boto", ScanBy="TimestampAscending")["AlarmHistoryItems"]
seen["history"] = [each["HistoryItemType"] for each in history]
client.delete_alarms(AlarmNames=["boto"])
try:
    client.set_alarm_state(AlarmName="boto", StateValue="OK", StateReason="gone")
except ClientError as error:
    seen["missing"] = [
        type(error).__name__,
        error.response["Error"]["Code"],
        error.response["ResponseMetadata"]["HTTPStatusCode"],
    ]
try:
    client.get_metric_data(MetricDataQueries=[{"Id": "e", "Expression": "nobody"}], **window)
except ClientError as error:
    seen["invalid"] = error.response["Error"]["Code"]
print(json.dumps(seen))
