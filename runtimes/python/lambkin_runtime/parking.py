"""A runtime that is started ahead of any function waits here until it is told whose it is."""

import importlib
import os

_PARKED_VARIABLE = "_LAMBKIN_PARKED"
# What nearly every function, and `logging`, will import.
_WORTH_HAVING = (
    "collections.abc",
    "datetime",
    "functools",
    "json",
    "re",
    "string",
    "threading",
    "traceback",
    "types",
    "warnings",
    "weakref",
)


def wait_for_function(client, rehearse):
    """Returns at once in a runtime that is somebody's from the start. Raises PlatformClosed when nobody needs it.
    `rehearse` is called before the wait.
    """
    if os.environ.pop(_PARKED_VARIABLE, None) is None:
        return
    for name in _WORTH_HAVING:
        importlib.import_module(name)
    rehearse()
    variables = client.receive_start()
    os.environ.clear()
    os.environ.update(variables)
    # The function's folders were empty until now.
    importlib.invalidate_caches()
