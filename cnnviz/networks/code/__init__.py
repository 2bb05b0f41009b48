"""Networks as code: written so that it runs as it stands, and read without running anything."""

from cnnviz.networks.code.as_json import from_json, to_json
from cnnviz.networks.code.assemble import Reading
from cnnviz.networks.code.errors import CodeError
from cnnviz.networks.code.one_line import from_text, to_text
from cnnviz.networks.code.read import read_code, reading
from cnnviz.networks.code.write import class_code, sequential

__all__ = [
    "CodeError",
    "Reading",
    "class_code",
    "from_json",
    "from_text",
    "read_code",
    "reading",
    "sequential",
    "to_json",
    "to_text",
]
