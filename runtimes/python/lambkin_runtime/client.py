"""The only code that knows the wire: length-prefixed frames on an inherited socket.

Every frame is `u32 length of the rest` (big endian), `u8 type`, body. The platform's side, with the meaning of each
frame, is src/dataplane/runtime-api/frames.ts. Streamed responses will take further types from 5 on: nothing here
depends on a response being a single frame but `send_response`.

The descriptor is used as it is: `socket` would cost as much to import as all of this package.
"""

import os

from .json_text import decode
from .standard_library import import_standard

CONTROL_DESCRIPTOR = 3

_INVOKE = 1
_START = 2
_READY = 1
_RESPONSE = 2
_ERROR = 3
_INIT_ERROR = 4
_SNAPSHOT = 9
_COPIED = 10

_LENGTH_BYTES = 4
_RECEIVE_BYTES = 65536
_SHORT_TEXT_BYTES_MAX = 255


class PlatformClosed(Exception):
    """The platform closed the socket: there will be no further invocation."""


class Client:
    """Receives invocations and sends replies; one thread uses it."""

    def __init__(self, descriptor=CONTROL_DESCRIPTOR):
        # Programs that the function starts must not be able to speak for it.
        os.set_inheritable(descriptor, False)
        os.set_blocking(descriptor, True)
        self._descriptor = descriptor
        self._received = b""

    def receive_invocation(self):
        """Returns (meta dict, event as a memoryview of UTF-8). Raises PlatformClosed at the end of the socket."""
        while True:
            frame = self._receive_frame()
            if len(frame) >= 5 and frame[0] == _INVOKE:
                meta_end = 5 + int.from_bytes(frame[1:5], "big")
                return decode(str(frame[5:meta_end], "utf-8")), frame[meta_end:]

    def receive_start(self):
        """Returns the variables of the function that this runtime is for, a dict. Only in a parked runtime, and first."""
        while True:
            frame = self._receive_frame()
            if len(frame) > 0 and frame[0] == _START:
                return decode(str(frame[1:], "utf-8"))

    def send_ready(self):
        self._send(_READY, (), b"")

    def send_response(self, request_id, payload):
        self._send(_RESPONSE, (request_id,), payload)

    def send_error(self, request_id, error_type, payload):
        self._send(_ERROR, (request_id, error_type), payload)

    def send_init_error(self, error_type, payload):
        self._send(_INIT_ERROR, (error_type,), payload)

    def send_snapshot(self, report):
        """Initialised, and ready to be copied, or not."""
        self._send(_SNAPSHOT, (), import_standard("json").dumps(report).encode())

    def send_copied(self, process_namespace):
        """A copy has moved in, and waits for its start."""
        self._send(_COPIED, (), process_namespace.encode())

    def _receive_frame(self):
        data = self._received or self._read()
        while len(data) < _LENGTH_BYTES:
            data += self._read()
        end = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES], "big")
        if len(data) < end:
            data = self._read_until(data, end)
        self._received = data[end:]
        return memoryview(data)[_LENGTH_BYTES:end]

    def _read(self):
        chunk = os.read(self._descriptor, _RECEIVE_BYTES)
        if not chunk:
            raise PlatformClosed()
        return chunk

    def _read_until(self, start, end):
        """Reads a frame that came in parts straight into its place: a 6 MB event is not copied again and again."""
        whole = bytearray(end)
        whole[: len(start)] = start
        filled = len(start)
        with memoryview(whole) as view:
            while filled < end:
                count = os.readv(self._descriptor, (view[filled:],))
                if count == 0:
                    raise PlatformClosed()
                filled += count
        return whole

    def _send(self, frame_type, short_texts, payload):
        head = b""
        for text in short_texts:
            encoded = text.encode("ascii", "replace")[:_SHORT_TEXT_BYTES_MAX]
            head += b"%c%s" % (len(encoded), encoded)
        head = b"%s%c%s" % ((1 + len(head) + len(payload)).to_bytes(_LENGTH_BYTES, "big"), frame_type, head)
        # In one system call, without joining them.
        parts = [memoryview(head), memoryview(payload)]
        while parts:
            count = os.writev(self._descriptor, parts)
            while parts and count >= len(parts[0]):
                count -= len(parts.pop(0))
            if count:
                parts[0] = parts[0][count:]
