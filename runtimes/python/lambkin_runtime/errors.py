"""The only description of errors; it never raises itself. Source of keys, order and texts: AWS's answers (recorded)."""

import os

from .standard_library import import_standard

_OWN_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep
_OWN_ENTRY = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bootstrap.py")


class Fault(Exception):
    """What the runtime itself finds wrong; `error_type` begins with `Runtime.`."""

    def __init__(self, error_type, message, stack_trace=()):
        super().__init__(message)
        self.error_type = error_type
        self.stack_trace = list(stack_trace)


def error_document(error, request_id):
    """Returns the dict that becomes the error payload; `request_id` is empty in the init phase."""
    return {
        "errorMessage": _message(error),
        "errorType": _type_name(error),
        "requestId": request_id,
        "stackTrace": _stack_trace(error),
    }


def _type_name(error):
    if isinstance(error, Fault):
        return error.error_type
    try:
        return str(type(error).__name__)
    except BaseException:
        return "Exception"


def _message(error):
    try:
        return str(error)
    except BaseException:
        return "<unprintable %s object>" % _type_name(error)


def _stack_trace(error):
    """Formatted frames of the function's code, without those of ours that called it."""
    if isinstance(error, Fault):
        return error.stack_trace
    try:
        traceback = import_standard("traceback")
        frames = traceback.extract_tb(error.__traceback__)
        first = 0
        while first < len(frames) and _is_ours(frames[first].filename):
            first += 1
        # As plain tuples, which leaves out the column markers of newer versions: AWS's payloads have none.
        return traceback.format_list([(at.filename, at.lineno, at.name, at.line) for at in frames[first:]])
    except BaseException:
        return []


def _is_ours(filename):
    return filename.startswith(_OWN_FOLDER) or filename == _OWN_ENTRY
