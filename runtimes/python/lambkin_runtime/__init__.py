"""The guest side of the managed Python runtimes; loop.py has the order of things.

A cold start pays for every import, so this package needs little of the standard library until a function logs or fails:
not even `json` (json_text.py). See standard_library.py for how what is imported late stays the standard library's.
"""
