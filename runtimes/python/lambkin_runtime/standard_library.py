"""Late imports that stay the standard library's, even where the function has a file of the same name.

AWS's runtime has `logging`, `traceback` and all they need loaded before the function's folder is searched. We import
them when they are needed (5 to 6 ms of a cold start, more than everything else we do) and give the same guarantee by
searching only Python's own folders meanwhile.
"""

import importlib
import sys

_own_folders = []


def remember_folders(folders):
    """`folders` is the import path without the function's."""
    _own_folders[:] = folders


def import_standard(name):
    """Returns the module, imported now if it was not before."""
    module = sys.modules.get(name)
    if module is not None:
        return module
    with StandardPath():
        return importlib.import_module(name)


class StandardPath:
    """While entered, imports search Python's own folders only."""

    def __enter__(self):
        self._path = sys.path[:]
        if _own_folders:
            sys.path[:] = _own_folders

    def __exit__(self, *_):
        sys.path[:] = self._path


class _ConfiguringLoader:
    """Loads a module as its own loader would, then hands it to `configure`, before anybody else sees it."""

    def __init__(self, loader, configure):
        self._loader = loader
        self._configure = configure

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        # Whoever looks at the module later finds its real loader.
        module.__loader__ = module.__spec__.loader = self._loader
        with StandardPath():
            self._loader.exec_module(module)
        self._configure(module)


class _FirstImport:
    """Waits among Python's finders for the first import of one module."""

    def __init__(self, name, configure):
        self._name = name
        self._configure = configure

    def find_spec(self, name, path=None, target=None):
        if name != self._name:
            return None
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        with StandardPath():
            for finder in sys.meta_path:
                spec = finder.find_spec(name, path, target)
                if spec is not None:
                    spec.loader = _ConfiguringLoader(spec.loader, self._configure)
                    return spec
        return None


def on_first_import(name, configure):
    """Calls `configure(module)` as soon as the module of this name is loaded, now if it already is."""
    if name in sys.modules:
        configure(sys.modules[name])
    else:
        sys.meta_path.insert(0, _FirstImport(name, configure))
