/** The functions that are measured: each answers with its event. */
import { nodeZip, pythonZip, zip } from "../testkit/functions.ts";
import { post } from "./raw-http-client.ts";

export const BODY = '{"hello":"world"}';

export const PYTHON_HELLO = pythonZip("def lambda_handler(event, context):\n    return event\n");
export const NODE_HELLO = nodeZip("exports.handler = async (event) => event;\n");
/** What the Runtime API costs: Python's own HTTP client, one connection kept. */
export const CUSTOM_HELLO = zip(
  {
    bootstrap: `#!/usr/bin/python3
import http.client, os
connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
path = "/2018-06-01/runtime/invocation/"
while True:
    connection.request("GET", path + "next")
    answer = connection.getresponse()
    event = answer.read()
    connection.request("POST", path + answer.getheader("Lambda-Runtime-Aws-Request-Id") + "/response", event)
    connection.getresponse().read()
`,
  },
  ["bootstrap"],
);

export const invocation = (name: string): Buffer => post(`/2015-03-31/functions/${name}/invocations`, BODY);
