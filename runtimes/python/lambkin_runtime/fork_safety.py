"""What copies of a process may not have in common: whether there is such a thing, and how to part from it."""

import ctypes
import fcntl
import os
import random
import socket
import stat
import sys

# User, mount, process, network, IPC, UTS and cgroup namespaces. Source: linux/sched.h.
NAMESPACES = 0x10000000 | 0x00020000 | 0x20000000 | 0x40000000 | 0x08000000 | 0x04000000 | 0x02000000

_PR_SET_SECCOMP = 22
_PR_CAPBSET_DROP = 24
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION = 0x20080522
_SETNS = {"x86_64": 308, "aarch64": 268}

_libc = ctypes.CDLL(None, use_errno=True)


_STREAMS = (0, 1, 2)


def _identity(descriptor):
    try:
        found = os.fstat(descriptor)
    except OSError:
        return None
    return found.st_dev, found.st_ino


# As they are before anything of the function is loaded.
_streams = [_identity(stream) for stream in _STREAMS]


def obstacle(kept):
    """Why no copies of this process can be made, in words; None when they can. `kept`: descriptors of the platform."""
    # Threads of libraries that know fork (numerical ones) are their own matter; Python's would be missing.
    threads = len(sys._current_frames()) - 1
    if threads > 0:
        return "%d threads were started in the init phase" % threads
    with open("/proc/self/task/%d/children" % os.getpid()) as children:
        if children.read().strip():
            return "processes were started in the init phase"
    with open("/proc/self/maps") as maps:
        for line in maps:
            if line.split()[1][1:4:2] == "ws":
                return "writable memory is shared with other processes"
    for stream in _STREAMS:
        if _identity(stream) != _streams[stream]:
            # What a copy is given would get its number.
            return "descriptor %d was closed in the init phase" % stream
    for descriptor in descriptors(kept):
        kind = _kind(descriptor)
        if kind is None:
            return "descriptor %d (%s) was opened in the init phase" % (descriptor, _name(descriptor))
    return None


class OpenFiles:
    """What is open now, to be opened again in another mount namespace, at the same places and positions."""

    def __init__(self, kept):
        self.working_folder = os.getcwd()
        self._files = []
        self._sockets = []
        for descriptor in descriptors(kept):
            kind = _kind(descriptor)
            if kind == "file":
                flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
                position = os.lseek(descriptor, 0, os.SEEK_CUR)
                self._files.append((descriptor, _name(descriptor), flags, position))
            elif kind == "socket":
                self._sockets.append(descriptor)

    def open_again(self):
        """The numbers stay. A connection is closed, as it is on AWS after a restore."""
        for descriptor, name, flags, position in self._files:
            again = os.open(name, flags & ~(os.O_CREAT | os.O_EXCL | os.O_TRUNC))
            os.lseek(again, position, os.SEEK_SET)
            _replace(descriptor, again)
        for descriptor in self._sockets:
            old = socket.socket(fileno=os.dup(descriptor))
            new = socket.socket(old.family, old.type)
            new.setblocking(old.getblocking())
            old.close()
            _replace(descriptor, new.detach())


def give_up_rights():
    """Whoever enters a user namespace has every capability there: none of it is left, nor the way in."""
    for capability in range(64):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _require(_libc.capset(header, nothing))
    # Load the number; where it is setns fail with EPERM, otherwise allow.
    program = (ctypes.c_uint64 * 4)(
        _instruction(0x20, 0, 0, 0),
        _instruction(0x15, 0, 1, _SETNS[os.uname().machine]),
        _instruction(0x06, 0, 0, 0x00050001),
        _instruction(0x06, 0, 0, 0x7FFF0000),
    )
    filter_program = (ctypes.c_uint64 * 2)(4, ctypes.addressof(program))
    _require(_libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(filter_program), 0, 0))


def renew_randomness():
    random.seed()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()


def _instruction(code, yes, no, operand):
    """struct sock_filter as one number, little endian."""
    return code | yes << 16 | no << 24 | operand << 32


def _require(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), "the sandbox could not be sealed")


def descriptors(kept=()):
    found = []
    for name in os.listdir("/proc/self/fd"):
        descriptor = int(name)
        if descriptor <= 2 or descriptor in kept:
            continue
        try:
            os.fstat(descriptor)
        except OSError:
            # The folder that was listed.
            continue
        found.append(descriptor)
    return found


def _kind(descriptor):
    """`file`, `socket`, `device`, or None for what cannot be had twice."""
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return None if _name(descriptor).endswith(" (deleted)") or not _name(descriptor).startswith("/") else "file"
    if stat.S_ISCHR(mode):
        return "device"
    if stat.S_ISSOCK(mode):
        own = socket.socket(fileno=os.dup(descriptor))
        try:
            is_inet = own.family in (socket.AF_INET, socket.AF_INET6)
            listens = own.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            return "socket" if is_inet and not listens else None
        finally:
            own.close()
    return None


def _name(descriptor):
    return os.readlink("/proc/self/fd/%d" % descriptor)


def _replace(descriptor, by):
    inheritable = os.get_inheritable(descriptor)
    os.dup2(by, descriptor, inheritable)
    os.close(by)
