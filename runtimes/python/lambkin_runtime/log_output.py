"""What a function logs, as Lambda writes it: the root logger's handler, and the lines of unhandled errors.

stdout and stderr are one pipe to the platform, one event a line. A record of several lines stays one event because each
of its inner lines ends with U+001F before the newline. `logging` is imported here and now (about 4 ms): user code
expects a root logger that has its handler before the first line of theirs runs.
"""

import logging
import os
import sys
import time

_CONTINUES = "\x1f\n"
_JSON_KEYS_OF_RECORDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "aws_request_id"}
_NO_BREAK_SPACE = "\u00a0"


class _CurrentRequest(logging.Filter):
    """Puts the request id on every record."""

    def __init__(self):
        super().__init__()
        self.request_id = ""
        self.tenant_id = None

    def filter(self, record):
        record.aws_request_id = self.request_id
        record.tenant_id = self.tenant_id
        return True


current_request = _CurrentRequest()


class _PipeHandler(logging.Handler):
    """One write a record."""

    def emit(self, record):
        try:
            write_event(self.format(record))
        except Exception:
            self.handleError(record)


class _TextFormatter(logging.Formatter):
    """`[LEVEL]<tab>time<tab>request id<tab>message`."""

    def __init__(self):
        super().__init__(
            "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S"
        )
        self.converter = time.gmtime


class _JsonFormatter(logging.Formatter):
    """Keys and their order are AWS's (recorded); what has no value is left out."""

    def format(self, record):
        import json

        document = {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": getattr(record, "aws_request_id", None) or None,
            "tenantId": getattr(record, "tenant_id", None),
        }
        if record.exc_info and record.exc_info[0] is not None:
            import traceback

            document["stackTrace"] = traceback.format_tb(record.exc_info[2])
            document["errorType"] = record.exc_info[0].__name__
            document["errorMessage"] = str(record.exc_info[1])
            document["location"] = "%s:%s:%s" % (record.pathname, record.funcName, record.lineno)
        order = ("timestamp", "level", "message", "logger", "stackTrace", "errorType", "errorMessage", "requestId")
        ordered = {key: document[key] for key in order if document.get(key) is not None}
        for key in ("location", "tenantId"):
            if document.get(key) is not None:
                ordered[key] = document[key]
        for key, value in vars(record).items():
            if key not in _JSON_KEYS_OF_RECORDS and key not in ordered and key != "tenant_id":
                ordered[key] = value
        return json.dumps(ordered, ensure_ascii=False, default=str)


_LEVELS = {"TRACE": 5, "DEBUG": 10, "INFO": 20, "WARN": 30, "WARNING": 30, "ERROR": 40, "FATAL": 50, "CRITICAL": 50}


def is_json():
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"


def install():
    """Gives the root logger its handler and the streams their line buffering."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, encoding="utf-8", errors="backslashreplace")
    handler = _PipeHandler()
    handler.setFormatter(_JsonFormatter() if is_json() else _TextFormatter())
    handler.addFilter(current_request)
    root = logging.getLogger()
    root.addHandler(handler)
    level = _LEVELS.get(os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper())
    if is_json() and level is not None:
        root.setLevel(level)


def write_event(text):
    """One event, whatever newlines are in it."""
    sys.stdout.write(text.replace("\n", _CONTINUES) + "\n")


def flush():
    """Before a response: all that was printed must be in the pipe."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            # Closed by the function: there is nothing to wait for.
            pass


def log_unhandled(document):
    """The error that leaves the handler. The carriage returns and the indentation are AWS's (recorded)."""
    if is_json():
        import json

        entry = {"timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "log_level": "ERROR"}
        entry.update(document)
        write_event(json.dumps(entry, ensure_ascii=False, default=str))
        return
    lines = ["[ERROR] %s: %s" % (document["errorType"], document["errorMessage"])]
    if document["stackTrace"]:
        lines.append("Traceback (most recent call last):")
        for frame in document["stackTrace"]:
            for line in frame.rstrip("\n").split("\n"):
                stripped = line.lstrip(" ")
                lines.append(_NO_BREAK_SPACE * (len(line) - len(stripped)) + stripped)
    sys.stdout.write("\r".join(line.replace("\n", "\r") for line in lines) + "\n")
