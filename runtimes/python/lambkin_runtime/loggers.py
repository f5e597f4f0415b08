"""The `logging` module as a function finds it on AWS: the root logger has its handler already.

This is done when `logging` is imported for the first time, by whoever does; see standard_library.py.
"""

import os
import time

from .log_output import is_json, write_event
from .standard_library import import_standard, on_first_import

_TEXT_FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
_TEXT_TIME_FORMAT = "%Y-%m-%dT%H:%M:%S"
_JSON_TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"

# Lambda's names (LoggingConfig) that are not Python's.
_LEVEL_NAMES = {"TRACE": "NOTSET", "FATAL": "CRITICAL"}


class CurrentRequest:
    """The request that log records belong to; empty before the first."""

    __slots__ = ("request_id", "tenant_id")

    def __init__(self):
        self.request_id = ""
        self.tenant_id = None


current_request = CurrentRequest()


def configure_on_import():
    on_first_import("logging", _configure)


def _configure(logging):
    class PipeHandler(logging.Handler):
        """One event a record."""

        def emit(self, record):
            try:
                write_event(self.format(record))
            except Exception:
                self.handleError(record)

    class CurrentRequestFilter(logging.Filter):
        """Lets every record pass and puts on it the request it belongs to."""

        def filter(self, record):
            record.aws_request_id = current_request.request_id
            record.tenant_id = current_request.tenant_id
            return True

    # For every formatter, the function's own too: log times are UTC whatever TZ says (as AWS's runtime sets it).
    logging.Formatter.converter = time.gmtime
    handler = PipeHandler()
    handler.setFormatter(_json_formatter(logging) if is_json() else logging.Formatter(_TEXT_FORMAT, _TEXT_TIME_FORMAT))
    handler.addFilter(CurrentRequestFilter())
    root = logging.getLogger()
    root.addHandler(handler)
    name = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    level = logging.getLevelName(_LEVEL_NAMES.get(name, name))
    if isinstance(level, int):
        root.setLevel(level)


def _json_formatter(logging):
    known = frozenset(vars(logging.makeLogRecord({})))
    reserved = known | {"message", "asctime", "taskName", "aws_request_id", "tenant_id"}

    class JsonFormatter(logging.Formatter):
        """Keys and their order are AWS's (recorded); what has no value is left out."""

        def format(self, record):
            document = {
                "timestamp": time.strftime(_JSON_TIME_FORMAT, time.gmtime(record.created)),
                "level": record.levelname,
                "message": record.getMessage(),
                "logger": record.name,
            }
            has_error = bool(record.exc_info) and record.exc_info[0] is not None
            if has_error:
                kind, error, trace = record.exc_info
                document["stackTrace"] = import_standard("traceback").format_tb(trace)
                document["errorType"] = kind.__name__
                document["errorMessage"] = str(error)
            document["requestId"] = getattr(record, "aws_request_id", None) or None
            if has_error:
                document["location"] = "%s:%s:%s" % (record.pathname, record.funcName, record.lineno)
            document["tenantId"] = getattr(record, "tenant_id", None)
            for key, value in vars(record).items():
                if key not in reserved and key not in document:
                    document[key] = value
            return _json_text({key: value for key, value in document.items() if value is not None})

    return JsonFormatter()


def _json_text(document):
    json = import_standard("json")
    try:
        return json.dumps(document, ensure_ascii=False, default=_plain)
    except Exception:
        # Circular, or keys that are not strings: the offending values are shown as Python shows them.
        return json.dumps({key: _plain(value) for key, value in document.items()}, ensure_ascii=False)


def _plain(value):
    return value if isinstance(value, (str, int, float)) else repr(value)
