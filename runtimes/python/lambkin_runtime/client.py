"""The only code that knows the wire: length-prefixed frames on an inherited socket.

Every frame is `u32 length of the rest` (big endian), `u8 type`, body. The platform's side, with the meaning of each
frame, is src/dataplane/runtime-api/frames.ts. Frames for streamed responses will take further type numbers.
"""

import json
import os
import socket
import struct

CONTROL_DESCRIPTOR = 3

_INVOKE = 1
_READY = 1
_RESPONSE = 2
_ERROR = 3
_INIT_ERROR = 4

_HEAD = struct.Struct(">IB")
_LENGTH = struct.Struct(">I")
_RECEIVE_BYTES = 65536


class PlatformClosed(Exception):
    """The platform closed the socket: there will be no further invocation."""


class Client:
    """Receives invocations and sends replies; one thread uses it."""

    def __init__(self, descriptor=CONTROL_DESCRIPTOR):
        self._socket = socket.socket(fileno=descriptor)
        # Programs that the function starts must not be able to speak for it.
        os.set_inheritable(descriptor, False)
        self._buffer = bytearray()

    def send_ready(self):
        self._socket.sendall(_HEAD.pack(1, _READY))

    def receive_invocation(self):
        """Returns (meta dict, event bytes). Raises PlatformClosed at the end of the socket."""
        while True:
            (length,) = _LENGTH.unpack(self._take(4))
            frame = self._take(length)
            if length > 5 and frame[0] == _INVOKE:
                (meta_length,) = _LENGTH.unpack_from(frame, 1)
                meta_end = 5 + meta_length
                return json.loads(frame[5:meta_end].decode("utf-8")), bytes(frame[meta_end:])

    def send_response(self, request_id, payload):
        identity = request_id.encode("ascii")
        head = _HEAD.pack(2 + len(identity) + len(payload), _RESPONSE)
        self._socket.sendall(b"".join((head, bytes((len(identity),)), identity, payload)))

    def send_error(self, request_id, error_type, payload):
        identity = request_id.encode("ascii")
        kind = error_type.encode("ascii", "replace")[:255]
        head = _HEAD.pack(3 + len(identity) + len(kind) + len(payload), _ERROR)
        parts = (head, bytes((len(identity),)), identity, bytes((len(kind),)), kind, payload)
        self._socket.sendall(b"".join(parts))

    def send_init_error(self, error_type, payload):
        kind = error_type.encode("ascii", "replace")[:255]
        head = _HEAD.pack(2 + len(kind) + len(payload), _INIT_ERROR)
        self._socket.sendall(b"".join((head, bytes((len(kind),)), kind, payload)))

    def _take(self, count):
        buffer = self._buffer
        while len(buffer) < count:
            chunk = self._socket.recv(max(_RECEIVE_BYTES, count - len(buffer)))
            if not chunk:
                raise PlatformClosed()
            buffer += chunk
        taken = bytes(buffer[:count])
        del buffer[:count]
        return taken
