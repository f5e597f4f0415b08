/** Extensions for tests: small Python programs in a layer, that say in the function's log what they see. */
import { type CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { type LambdaClient, PublishLayerVersionCommand } from "@aws-sdk/client-lambda";
import { zip } from "./functions.ts";
import { waitFor } from "./wait.ts";

/** What every extension of the tests has at hand; `say` writes one line that begins with the extension's name. */
const PRELUDE = `#!/usr/bin/python3
import http.client, json, os, sys, threading, time
NAME = os.path.basename(sys.argv[0])

def say(what, **more):
    # In one piece: several threads may have something to say.
    os.write(1, f"{NAME} {what} {json.dumps(more, sort_keys=True)}\\n".encode())

def call(method, path, headers={}, body=None):
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    connection.request(method, path, body=None if body is None else json.dumps(body), headers=headers)
    response = connection.getresponse()
    text = response.read().decode()
    return response.status, dict((k.lower(), v) for k, v in response.getheaders()), json.loads(text) if text else None

def register(*events, name=NAME, **headers):
    status, answered, body = call("POST", "/2020-01-01/extension/register",
        {"Lambda-Extension-Name": name, **headers}, {"events": list(events)})
    return answered.get("lambda-extension-identifier"), status, body

def next_event(identifier):
    return call("GET", "/2020-01-01/extension/event/next", {"Lambda-Extension-Identifier": identifier})[2]

def fail(identifier, when, kind):
    return call("POST", "/2020-01-01/extension/%s/error" % when,
        {"Lambda-Extension-Identifier": identifier, "Lambda-Extension-Function-Error-Type": kind},
        {"errorMessage": "as asked", "errorType": kind, "stackTrace": []})
`;

/** A layer with these programs in its `extensions` folder; answers the layer's ARN. */
export async function extensionLayer(
  client: LambdaClient,
  LayerName: string,
  programs: Readonly<Record<string, string>>,
  executables: readonly string[] = Object.keys(programs),
): Promise<string> {
  const inFolder = (name: string): string => `extensions/${name}`;
  const files = Object.entries(programs).map(([name, source]) => [inFolder(name), PRELUDE + source]);
  const ZipFile = zip(Object.fromEntries(files), executables.map(inFolder));
  const published = await client.send(new PublishLayerVersionCommand({ LayerName, Content: { ZipFile } }));
  return published.LayerVersionArn ?? "";
}

/** All of a function's log so far, as one text. */
export async function logOf(logs: CloudWatchLogsClient, functionName: string): Promise<string> {
  const page = await logs.send(new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${functionName}` }));
  return (page.events ?? []).map(({ message }) => message).join("");
}

/** The first match in the function's log; waits until there is one. */
export function inLog(
  logs: CloudWatchLogsClient,
  functionName: string,
  pattern: RegExp,
): Promise<RegExpExecArray> {
  return waitFor(
    `${pattern} in the log of ${functionName}`,
    async () => pattern.exec(await logOf(logs, functionName).catch(() => "")) ?? undefined,
  );
}
