"""From the handler string to the function to call, or a LoadError in AWS's words (recorded answers)."""

import importlib
import os
import sys

from .errors import LoadError


def load(handler):
    """`handler` is `module.function` or `folder/module.function`. Raises LoadError, and what the module raises."""
    parts = handler.rsplit(".", 1)
    if len(parts) != 2:
        raise LoadError(
            "Runtime.MalformedHandlerName",
            "Bad handler '%s': not enough values to unpack (expected 2, got %d)" % (handler, len(parts)),
        )
    path, name = parts
    module_name = path.replace("/", ".")
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise LoadError(
            "Runtime.BuiltInModuleConflict",
            "Cannot use built-in module %s as a handler module" % module_name,
        )
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise LoadError(
            "Runtime.ImportModuleError",
            "Unable to import module '%s': %s" % (module_name, error),
        ) from error
    except SyntaxError as error:
        raise _syntax_error(module_name, error) from error
    try:
        return getattr(module, name)
    except AttributeError:
        raise LoadError(
            "Runtime.HandlerNotFound",
            "Handler '%s' missing on module '%s'" % (name, module_name),
        ) from None


def _syntax_error(module_name, error):
    trace = ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, (error.text or "").strip())]
    return LoadError(
        "Runtime.UserCodeSyntaxError",
        "Syntax error in module '%s': %s" % (module_name, error),
        trace,
    )


def arrange_path():
    """Puts the import path in AWS's order: the function, layers, and our own folder last of all."""
    root = os.environ.get("LAMBDA_TASK_ROOT", os.getcwd())
    version = "python%d.%d" % sys.version_info[:2]
    ours = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    rest = [entry for entry in sys.path if entry not in (ours, root, "")]
    python = os.path.join(os.environ.pop("_LAMBKIN_LAYERS", "/opt"), "python")
    layers = [os.path.join(python, "lib", version, "site-packages"), python]
    sys.path[:] = [root] + layers + rest + [ours]
