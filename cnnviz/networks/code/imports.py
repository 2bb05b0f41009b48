"""Imports of code that was put together from parts."""

import re
import sys


def imports_first(code: str) -> str:
    """The same lines with every import once, on top, Python's own before the others."""
    lines = code.splitlines()
    imports = {line for line in lines if line.startswith(("import ", "from "))}
    own = {line for line in imports if line.split()[1] in sys.stdlib_module_names}
    blocks = [sorted(block, key=plain_first) for block in (own, imports - own)]
    blocks.append([line for line in lines if line not in imports])
    return re.sub(r"\n{3,}", "\n\n", "\n\n".join(map("\n".join, blocks))).strip()


def plain_first(line: str) -> tuple[bool, str]:
    """Order of imports in a block: ``import a`` before ``from a import b``."""
    return line.startswith("from"), line
