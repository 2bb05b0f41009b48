"""Networks as code: written so that it runs as it stands, and read without running anything."""

from cnnviz.nncode.chain import Reading
from cnnviz.nncode.read import read_code, reading
from cnnviz.nncode.stored import from_json, to_json
from cnnviz.nncode.text import from_text, to_text
from cnnviz.nncode.words import CodeError
from cnnviz.nncode.write import class_code, sequential

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
