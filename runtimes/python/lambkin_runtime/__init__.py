"""The guest side of the managed Python runtimes; see loop.py for the order of things."""
