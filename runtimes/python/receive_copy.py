"""The first process of a sandbox that is to hold a copy of a snapshot: hands out what the copy needs, waits for its end.

The template has the other end of descriptor 6; it gets a descriptor that stands for this sandbox, the control socket, the
log, and a pipe on which to tell how the copy ended.
"""

import os
import signal
import socket

_CONTROL, _LOG, _CHANNEL = 3, 1, 6


def main():
    told, status = os.pipe()
    channel = socket.socket(fileno=_CHANNEL)
    channel.setblocking(True)
    socket.send_fds(channel, [b"c"], [os.pidfd_open(os.getpid()), _CONTROL, _LOG, status])
    channel.close()
    os.close(status)
    # The end of the copy is to be seen as the end of these.
    devnull = os.open("/dev/null", os.O_RDWR)
    for descriptor in (1, 2, _CONTROL):
        os.dup2(devnull, descriptor)
    text = os.read(told, 16)
    # Nothing: whoever waited for the copy was killed with it.
    code = int(text) if text else signal.SIGKILL
    if os.WIFSIGNALED(code):
        _end_by(os.WTERMSIG(code))
    os._exit(os.WEXITSTATUS(code))


def _end_by(number):
    """Python ignores or handles some signals; here they end the process as they ended the copy."""
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


main()
