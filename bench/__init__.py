"""How fast cnnviz is: ``make bench``, or ``python -m bench --json FILE``."""
