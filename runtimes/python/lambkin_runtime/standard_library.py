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


class _FirstImports:
    """Stands before Python's finders until the modules that it waits for were imported."""

    def __init__(self):
        self._configure_by_name = {}

    def wait_for(self, name, configure):
        if not self._configure_by_name:
            sys.meta_path.insert(0, self)
        self._configure_by_name[name] = configure

    def find_spec(self, name, path=None, target=None):
        configure = self._configure_by_name.pop(name, None)
        if configure is None:
            return None
        if not self._configure_by_name and self in sys.meta_path:
            sys.meta_path.remove(self)
        with StandardPath():
            for finder in sys.meta_path:
                spec = None if finder is self else finder.find_spec(name, path, target)
                if spec is not None:
                    spec.loader = _ConfiguringLoader(spec.loader, configure)
                    return spec
        return None


_first_imports = _FirstImports()


def on_first_import(name, configure=lambda module: None):
    """Calls `configure(module)` as soon as the standard library's module of this name is loaded, now if it already is."""
    if name in sys.modules:
        configure(sys.modules[name])
    else:
        _first_imports.wait_for(name, configure)
