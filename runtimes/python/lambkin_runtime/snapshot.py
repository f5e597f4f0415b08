"""SnapStart: the hooks around a snapshot, and the snapshot itself.

A snapshot is this very process, initialised, waiting: for each environment it forks, and the copy moves into an empty
sandbox that the platform has made. What a copy must not have in common with its siblings is made anew (open files,
random numbers) or kept from being snapshot at all (see fork_safety.py).
"""

import gc
import os
import signal
import socket
import sys

from . import fork_safety, log_output
from .client import CONTROL_DESCRIPTOR, PlatformClosed
from .errors import error_document
from .payload import encode_error

_TEMPLATE_VARIABLE = "_LAMBKIN_SNAPSHOT"
_CHANNEL_DESCRIPTOR = 6
# AWS's exit codes of failed hooks (its runtime client).
_BEFORE_SNAPSHOT_FAILED_STATUS = 64
_AFTER_RESTORE_FAILED_STATUS = 65


class Snapshot:
    """Made before anything of the function is loaded."""

    def __init__(self):
        self._is_template = os.environ.pop(_TEMPLATE_VARIABLE, None) is not None
        self._not_the_functions = frozenset(fork_safety.descriptors())

    def pass_through(self, client, new_client):
        """Runs the hooks; in a template returns only in its copies, once for each. Returns the client to go on with."""
        _run_hooks(client, "before_snapshot", _BEFORE_SNAPSHOT_FAILED_STATUS)
        if self._is_template:
            obstacle = fork_safety.obstacle(self._not_the_functions)
            client.send_snapshot({"obstacle": obstacle, "hasFiles": bool(os.listdir("/tmp"))})
            if obstacle is not None:
                # The platform has no use for this process.
                _wait_for_end(client)
            _copy_for_each_environment(self._not_the_functions)
            client = new_client()
            client.send_copied(os.readlink("/proc/self/ns/pid"))
            variables = client.receive_start()
            os.environ.clear()
            os.environ.update(variables)
        _run_hooks(client, "after_restore", _AFTER_RESTORE_FAILED_STATUS)
        return client


def _run_hooks(client, name, failed_status):
    # Only a function that imported the module can have registered any.
    module = sys.modules.get("snapshot_restore_py")
    if module is None:
        return
    hooks = list(getattr(module, "get_" + name)())
    if name == "before_snapshot":
        hooks.reverse()
    try:
        for function, args, kwargs in hooks:
            function(*args, **kwargs)
    except Exception as error:
        document = error_document(error, "")
        log_output.log_unhandled(document)
        document["errorType"] = "Runtime.BeforeSnapshotError" if name == "before_snapshot" else "Runtime.AfterRestoreError"
        client.send_init_error(document["errorType"], encode_error(document))
        log_output.flush()
        os._exit(failed_status)


def _wait_for_end(client):
    try:
        client.receive_start()
    except PlatformClosed:
        pass
    os._exit(0)


def _copy_for_each_environment(not_the_functions):
    """Returns in each copy, inside its own sandbox, with its own control socket and log."""
    log_output.flush()
    channel = socket.socket(fileno=_CHANNEL_DESCRIPTOR)
    channel.setblocking(True)
    gc.collect()
    # What exists now is left alone by the collector: its pages stay shared.
    gc.freeze()
    own_handler = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        _, descriptors, _, _ = socket.recv_fds(channel, 1, 4)
        if len(descriptors) < 4:
            # The platform is gone.
            os._exit(0)
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            channel.close()
            _move(not_the_functions, *descriptors)
            signal.signal(signal.SIGCHLD, own_handler if own_handler is not None else signal.SIG_DFL)
            return
        for descriptor in descriptors:
            os.close(descriptor)


def _move(not_the_functions, sandbox, control, log, status):
    """Into the sandbox of the process that `sandbox` stands for. Returns in the runtime only."""
    try:
        files = fork_safety.OpenFiles(not_the_functions | {sandbox, control, log, status})
        os.setns(sandbox, fork_safety.NAMESPACES)
        os.chdir(files.working_folder)
    except OSError as error:
        os.write(log, b"LAMBKIN_WARNING: a copy of the snapshot could not move: %s\n" % str(error).encode())
        os._exit(1)
    # Only children are in the new process namespace; who stays behind waits, and tells how it ended.
    runtime = os.fork()
    if runtime != 0:
        _tell_end(runtime, status)
    os.dup2(control, CONTROL_DESCRIPTOR, inheritable=False)
    os.dup2(log, 1)
    os.dup2(log, 2)
    for descriptor in (sandbox, control, log, status):
        os.close(descriptor)
    files.open_again()
    fork_safety.give_up_rights()
    fork_safety.renew_randomness()


def _tell_end(runtime, status):
    os.closerange(0, status)
    os.closerange(status + 1, 65536)
    _, code = os.waitpid(runtime, 0)
    try:
        os.write(status, b"%d\n" % code)
    finally:
        os._exit(0)
