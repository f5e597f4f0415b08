"""Makes the interpreter's installed packages importable, without what the machine's owner hung into its start.

The interpreter is started with -S. A `.pth` file in site-packages may run any code in every Python process of the machine
(editable installs, coverage, certificates of a company); functions on AWS know nothing of that, and it can cost more than
the interpreter's own start: 14 of 20 ms on one machine.
"""

import site


def find_packages():
    """What `site` does at a start, `exit` and `quit` included, all `.pth` files left alone."""
    site.addpackage = lambda folder, name, known_paths: known_paths
    site.main()
