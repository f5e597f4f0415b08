"""Entry of the managed Python runtimes (3.8 to 3.14): finds its own package, wherever it lies, and starts the loop.

Kept this short because Python compiles the script it is started with every time; only imported files are cached.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from lambkin_runtime.loop import main  # noqa: E402
from lambkin_runtime.packages import find_packages  # noqa: E402

if __name__ == "__main__":
    find_packages()
    main()
