"""Between JSON and Python: events in, results and error documents out. Sources: answers of AWS (recorded)."""

import os
import sys

from .errors import Fault
from .json_text import Encoder, decode
from .standard_library import import_standard


class _PayloadEncoder:
    """Knows `decimal.Decimal`, which DynamoDB code is full of, and writes its digits exactly as AWS does."""

    def __init__(self):
        self._encoder = Encoder(self._default)
        self._digits = []
        self._mark = ""

    def _default(self, value):
        # Only a function that imported the module can have made one.
        decimal = sys.modules.get("decimal")
        if decimal is None or not isinstance(value, decimal.Decimal):
            raise TypeError("Object of type %s is not JSON serializable" % value.__class__.__name__)
        if value.is_nan():
            return float("nan")
        # The encoder has no way to write digits as they are: a string that nobody can guess holds their place.
        if not self._digits:
            self._mark = os.urandom(12).hex()
        self._digits.append(str(value))
        return "%s%d" % (self._mark, len(self._digits) - 1)

    def to_bytes(self, value):
        if self._digits:
            self._digits = []
        text = self._encoder.encode(value)
        if self._digits:
            digits = self._digits
            text = import_standard("re").sub('"%s(\\d+)"' % self._mark, lambda found: digits[int(found.group(1))], text)
        # A lone surrogate becomes its JSON escape, which is what the older runtimes write.
        return text.encode("utf-8", "backslashreplace")


_encoder = _PayloadEncoder()


def decode_event(event):
    """Raises a Fault when the bytes are not JSON."""
    try:
        return decode(str(event, "utf-8"))
    except Exception as error:
        raise Fault("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % error) from error


def encode_result(result):
    """Bytes pass as they are. Raises a Fault when the result has no JSON."""
    if isinstance(result, bytes):
        return result
    try:
        return _encoder.to_bytes(result)
    except Exception as error:
        raise Fault("Runtime.MarshalError", "Unable to marshal response: %s" % error) from error


def encode_error(document):
    """Never raises."""
    try:
        return _encoder.to_bytes(document)
    except Exception:
        return b'{"errorMessage":"The error could not be encoded","errorType":"Runtime.Unknown","requestId":"","stackTrace":[]}'
