"""The order of things in a Python environment: load the handler, say ready, then one invocation after the other."""

import json
import os
import sys

from . import log_output
from .client import Client, PlatformClosed
from .context import LambdaContext
from .errors import MarshalError, UnmarshalError, encode, error_document, wire_type
from .handler_loader import arrange_path, load

_ESCAPES_NON_ASCII = sys.version_info < (3, 12)


def main():
    client = Client()
    log_output.install()
    arrange_path()
    handler = _load_or_exit(client)
    client.send_ready()
    while True:
        try:
            meta, event = client.receive_invocation()
        except (PlatformClosed, OSError):
            return
        _serve(client, handler, meta, event)


def _load_or_exit(client):
    try:
        return load(os.environ.get("_HANDLER", ""))
    except SystemExit:
        raise
    except BaseException as error:
        document = error_document(error, "")
        log_output.write_event(
            "LAMBDA_WARNING: Unhandled exception. The most likely cause is an issue in the function code. "
            "However, in rare cases, a Lambda runtime update can cause unexpected function behavior. "
            "For functions using managed runtimes, runtime updates can be triggered by a function change, or can be "
            "applied automatically. To determine if the runtime has been updated, check the runtime version in the "
            "INIT_START log entry. If this error correlates with a change in the runtime version, you may be able to "
            "mitigate this error by temporarily rolling back to the previous runtime version. For more information, "
            "see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html\r"
        )
        log_output.log_unhandled(document)
        log_output.flush()
        client.send_init_error(wire_type(error), encode(document))
        sys.exit(1)


def _serve(client, handler, meta, event):
    request_id = meta["requestId"]
    log_output.current_request.request_id = request_id
    log_output.current_request.tenant_id = meta.get("tenantId")
    _set_trace(meta.get("traceId"))
    try:
        context = LambdaContext(meta)
        payload = _marshal(handler(_unmarshal(event), context))
    except SystemExit:
        log_output.flush()
        raise
    except BaseException as error:
        document = error_document(error, request_id)
        log_output.log_unhandled(document)
        log_output.flush()
        client.send_error(request_id, wire_type(error), encode(document))
        return
    log_output.flush()
    client.send_response(request_id, payload)


def _set_trace(trace_id):
    if trace_id is None:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    else:
        os.environ["_X_AMZN_TRACE_ID"] = trace_id


def _unmarshal(event):
    try:
        return json.loads(event)
    except Exception as error:
        raise UnmarshalError("Unable to unmarshal input: %s" % error) from error


def _marshal(result):
    if isinstance(result, bytes):
        return result
    try:
        text = json.dumps(result, default=_decimal, ensure_ascii=_ESCAPES_NON_ASCII)
        return text.encode("utf-8")
    except Exception as error:
        raise MarshalError("Unable to marshal response: %s" % error) from error


def _decimal(value):
    """Numbers of `decimal` are common in DynamoDB code; the module is looked at only if the function imported it."""
    decimal = sys.modules.get("decimal")
    if decimal is not None and isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)
