"""From the handler string to the function to call, or a Fault in AWS's words (recorded answers)."""

import importlib
import os
import sys

from .errors import Fault
from .standard_library import remember_folders


def load(handler):
    """`handler` is `module.function` or `folder/module.function`. Raises Fault, and what the module raises."""
    try:
        module_name, function_name = handler.rsplit(".", 1)
    except ValueError as error:
        raise Fault("Runtime.MalformedHandlerName", "Bad handler '%s': %s" % (handler, error)) from error
    if module_name.split(".")[0] in sys.builtin_module_names:
        message = "Cannot use built-in module %s as a handler module" % module_name
        raise Fault("Runtime.BuiltInModuleConflict", message)
    module = _import(module_name)
    try:
        return getattr(module, function_name)
    except AttributeError:
        message = "Handler '%s' missing on module '%s'" % (function_name, module_name)
        raise Fault("Runtime.HandlerNotFound", message) from None


def _import(module_name):
    try:
        return importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        message = "Unable to import module '%s': %s" % (module_name, error)
        raise Fault("Runtime.ImportModuleError", message) from error
    except SyntaxError as error:
        message = "Syntax error in module '%s': %s" % (module_name, error)
        line = '  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text or "")
        raise Fault("Runtime.UserCodeSyntaxError", message, [line]) from error


def arrange_path():
    """Puts the import path in order: the function, its layers, Python's own, and our folder last of all.

    AWS has its runtime folder before the standard library; nothing of ours but our own package lies there, and a
    function's or a layer's module of any name has to win over it.
    """
    root = os.path.abspath(os.environ.get("LAMBDA_TASK_ROOT") or os.getcwd())
    version = "python%d.%d" % sys.version_info[:2]
    # Where layers lie when there is no sandbox to show them at /opt; a word between the platform and us.
    layer = os.path.join(os.environ.pop("_LAMBKIN_LAYERS", "/opt"), "python")
    layers = [os.path.join(layer, "lib", version, "site-packages"), layer]
    ours = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    python_own = [entry for entry in sys.path if entry not in (ours, root, "")]
    remember_folders(python_own)
    sys.path[:] = [root] + layers + python_own + [ours]
