"""Runtime hooks of SnapStart functions, under the name and with the functions that AWS's package has.

Source: "Lambda SnapStart runtime hooks for Python" page. Hooks before the snapshot run in reverse order of their
registration, those after the restore in order.
"""

_before_snapshot = []
_after_restore = []


def register_before_snapshot(function, *args, **kwargs):
    """Also as a decorator: returns the function."""
    _before_snapshot.append((function, args, kwargs))
    return function


def register_after_restore(function, *args, **kwargs):
    """Also as a decorator: returns the function."""
    _after_restore.append((function, args, kwargs))
    return function


def get_before_snapshot():
    """Returns the registered (function, args, kwargs), the first registered first."""
    return _before_snapshot


def get_after_restore():
    """Returns the registered (function, args, kwargs), the first registered first."""
    return _after_restore
