"""What goes into the function's log: events written whole, and the line of an unhandled error.

stdout and stderr are one pipe to the platform, which makes one log event of each line. What has several lines and must
stay one event ends each of its inner lines with U+001F before the newline ("goes on").
"""

import os
import sys
import time

from .payload import encode_error

_LOG_DESCRIPTOR = 1
_GOES_ON = "\x1f\n"
_NO_BREAK_SPACE = "\u00a0"
_FULL_PIPE_WAIT_SECONDS = 0.001


def is_json():
    """Whether the function's log is in the format JSON."""
    return os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"


def arrange_streams():
    """What a function prints reaches the pipe line by line, whatever characters are in it."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, encoding="utf-8", errors="backslashreplace")


def write_event(text):
    """Writes one event, in one system call wherever the pipe has room."""
    if text.endswith("\n"):
        text = text[:-1]
    _write(text.replace("\n", _GOES_ON) + "\n")


def flush():
    """Before a reply: all that was printed must be in the pipe."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            # Replaced or closed by the function: there is nothing that we could wait for.
            pass


def log_unhandled(document):
    """The error that leaves the handler. Keys, carriage returns and no-break spaces are AWS's (recorded)."""
    if is_json():
        entry = {"timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "log_level": "ERROR"}
        entry.update(document)
        write_event(str(encode_error(entry), "utf-8"))
        return
    message = document["errorMessage"]
    lines = ["[ERROR] %s%s" % (document["errorType"], ": " + message if message else "")]
    lines.append("Traceback (most recent call last):")
    for frame in document["stackTrace"]:
        lines += map(_with_hard_indentation, frame.splitlines())
    _write("\r".join(lines).replace("\n", "\r") + "\n")


def _with_hard_indentation(line):
    code = line.lstrip(" ")
    return _NO_BREAK_SPACE * (len(line) - len(code)) + code


def _write(text):
    # What was printed without a final newline comes first.
    flush()
    rest = memoryview(text.encode("utf-8", "backslashreplace"))
    while rest:
        try:
            rest = rest[os.write(_LOG_DESCRIPTOR, rest) :]
        except BlockingIOError:
            # A program that the function started shares the pipe and made it non-blocking.
            time.sleep(_FULL_PIPE_WAIT_SECONDS)
        except OSError:
            # The function closed the descriptor, or the platform is gone: nobody reads this.
            return
