"""JSON by the C code that Python's package `json` rests on, without the package.

To import it takes a third of all the time that a runtime needs to start: it wants regular expressions, and those want
`enum`. And it makes an encoder for each document, and looks for white space with a regular expression. A function that
imports it has it as always. What the C code does not take goes to the package, for its words.

`_json` is private to Python; its parts are the same in all versions from 3.6 to 3.14.
"""

import sys
from _json import encode_basestring, encode_basestring_ascii, make_encoder, make_scanner

from .standard_library import import_standard

_WHITE_SPACE = " \t\n\r"
# From Python 3.12 on AWS no longer escapes what is not ASCII.
_quote = encode_basestring_ascii if sys.version_info < (3, 12) else encode_basestring


class _Reading:
    """What the scanner asks its maker for: the settings of `json.loads`."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float


_scan = make_scanner(_Reading)


def decode(text):
    """As `json.loads` does. Raises what it raises."""
    try:
        value, end = _scan(text, 0)
        # Files end with a newline.
        if end == len(text) or not text[end:].strip(_WHITE_SPACE):
            return value
    except Exception:
        # Not JSON, or white space before it: the package knows.
        pass
    return import_standard("json").loads(text)


class Encoder:
    """Writes what `json.dumps` writes; `default` is called with what has no JSON, and returns what is written instead."""

    def __init__(self, default):
        self._default = default
        self._encode = self._made()

    def _made(self):
        # Among what it is given is the table by which it knows that a value holds itself.
        return make_encoder({}, self._default, _quote, None, ": ", ", ", False, False, True)

    def encode(self, value):
        try:
            return "".join(self._encode(value, 0))
        except BaseException:
            # What was being written is still in the table.
            self._encode = self._made()
            raise
