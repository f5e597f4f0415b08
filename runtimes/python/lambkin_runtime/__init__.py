"""The guest side of the managed Python runtimes; loop.py has the order of things.

A cold start pays for every import, so this package needs nothing of the standard library but `json` until a function
logs or fails. See standard_library.py for how what is imported late stays the standard library's.
"""
