"""The order of things in a Python environment: load the handler, say ready, then one invocation after the other."""

import os

from . import log_output
from .client import Client, PlatformClosed
from .context import LambdaContext, forget_function
from .errors import error_document
from .handler_loader import arrange_path, load
from .loggers import configure_on_import, current_request
from .parking import wait_for_function
from .payload import decode_event, encode_error, encode_result
from .standard_library import import_standard, on_first_import

_INIT_FAILED_STATUS = 1
_TRACE_VARIABLE = "_X_AMZN_TRACE_ID"
# AWS's words before the error of a failed init, as functions' logs show them.
_INIT_WARNING = (
    "LAMBDA_WARNING: Unhandled exception. The most likely cause is an issue in the function code. "
    "However, in rare cases, a Lambda runtime update can cause unexpected function behavior. "
    "For functions using managed runtimes, runtime updates can be triggered by a function change, or can be "
    "applied automatically. To determine if the runtime has been updated, check the runtime version in the "
    "INIT_START log entry. If this error correlates with a change in the runtime version, you may be able to "
    "mitigate this error by temporarily rolling back to the previous runtime version. For more information, "
    "see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html\r"
)


def main():
    """Never returns: the end of the socket is the end of the process."""
    client = Client()
    try:
        wait_for_function(client, _rehearse)
    except PlatformClosed:
        os._exit(0)
    log_output.arrange_streams()
    snapshot = _snapshot()
    arrange_path()
    configure_on_import()
    # On AWS it is loaded before the function's own file of that name could be.
    on_first_import("json")
    handler = _load_or_exit(client)
    try:
        if snapshot is not None:
            client = snapshot.pass_through(client, Client)
        client.send_ready()
        while True:
            _serve(client, handler, *client.receive_invocation())
    except (PlatformClosed, BrokenPipeError, ConnectionError):
        # At once: threads of the function and its exit handlers have nobody left to work for.
        _exit(0)


def _rehearse():
    """Goes once through what a first call goes through: code that runs for the first time costs it a millisecond."""
    names = {}
    exec(compile("import os\n\n\ndef handler(event, context):\n    return event\n", "rehearsal", "exec"), names)
    receiving, sending = os.pipe()
    meta = {"requestId": "", "deadlineMs": 0, "invokedFunctionArn": ""}
    _serve(Client(sending), names["handler"], meta, memoryview(b'{"number": 1.5, "list": [null, "text"]}'))
    os.close(receiving)
    os.close(sending)
    forget_function()


def _snapshot():
    """None for all functions but those with SnapStart, which alone need what it imports."""
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") != "snap-start":
        return None
    from .snapshot import Snapshot

    return Snapshot()


def _load_or_exit(client):
    try:
        return load(os.environ.get("_HANDLER", ""))
    except Exception as error:
        document = error_document(error, "")
        import_standard("logging").warning(_INIT_WARNING)
        log_output.log_unhandled(document)
        client.send_init_error(document["errorType"], encode_error(document))
        return _exit(_INIT_FAILED_STATUS)


def _serve(client, handler, meta, event):
    """One invocation. What is no `Exception` passes through and ends the process, as on AWS: `sys.exit`, an interrupt;
    the platform then reports `Runtime.ExitError`."""
    request_id = meta["requestId"]
    current_request.request_id = request_id
    current_request.tenant_id = meta.get("tenantId")
    _set_trace(meta.get("traceId"))
    document = None
    try:
        payload = encode_result(handler(decode_event(event), LambdaContext(meta)))
    except Exception as error:
        document = error_document(error, request_id)
        log_output.log_unhandled(document)
    log_output.flush()
    if document is None:
        client.send_response(request_id, payload)
    else:
        client.send_error(request_id, document["errorType"], encode_error(document))


def _set_trace(trace_id):
    if trace_id is not None:
        os.environ[_TRACE_VARIABLE] = trace_id
    elif _TRACE_VARIABLE in os.environ:
        del os.environ[_TRACE_VARIABLE]


def _exit(status):
    log_output.flush()
    os._exit(status)
