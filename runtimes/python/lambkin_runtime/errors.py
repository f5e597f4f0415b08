"""The only encoding of errors; it never raises itself. Source of keys, order and texts: recorded answers of AWS."""

import json
import os

# Frames of these folders are ours or the import system's: a user looks for their own.
_OWN_FOLDER = os.path.dirname(os.path.abspath(__file__))


class LoadError(Exception):
    """The handler cannot be had: a `Runtime.` error of the init phase."""

    def __init__(self, error_type, message, stack_trace=()):
        super().__init__(message)
        self.error_type = error_type
        self.stack_trace = list(stack_trace)


class MarshalError(Exception):
    """The handler's result is not JSON."""

    error_type = "Runtime.MarshalError"


class UnmarshalError(Exception):
    """The event or the client context cannot be read."""

    def __init__(self, message, error_type="Runtime.UnmarshalError"):
        super().__init__(message)
        self.error_type = error_type


def error_document(error, request_id):
    """Returns the dict that becomes the error payload."""
    return {
        "errorMessage": _message(error),
        "errorType": _type_name(error),
        "requestId": request_id,
        "stackTrace": _stack_trace(error),
    }


def encode(document):
    """Returns JSON bytes of an error document, whatever is in it."""
    try:
        return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
    except Exception:
        return b'{"errorMessage":"The error could not be encoded","errorType":"Runtime.Unknown"}'


def wire_type(error):
    """Returns the value that other runtimes send as Lambda-Runtime-Function-Error-Type."""
    return _type_name(error)


def _type_name(error):
    declared = getattr(error, "error_type", None)
    if isinstance(error, (LoadError, MarshalError, UnmarshalError)) and declared:
        return declared
    return type(error).__name__


def _message(error):
    try:
        return str(error)
    except BaseException:
        return "<unprintable %s>" % type(error).__name__


def _stack_trace(error):
    if isinstance(error, LoadError):
        return error.stack_trace
    if isinstance(error, (MarshalError, UnmarshalError)):
        return []
    try:
        import traceback

        frames = traceback.extract_tb(error.__traceback__)
        first = 0
        while first < len(frames) and _is_ours(frames[first].filename):
            first += 1
        return traceback.format_list(frames[first:])
    except BaseException:
        return []


def _is_ours(filename):
    return filename.startswith(_OWN_FOLDER) or filename.startswith("<frozen importlib")
