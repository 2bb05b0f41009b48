"""What a server has for as long as it lives is there before its first visit, and no collection looks it over again."""

import subprocess
import sys

from cnnviz.web import warm

SETTLED = """
import gc, sys
from cnnviz.web import warm
warm.warm_up()
kept = gc.get_freeze_count()
print("librosa" in sys.modules, kept > 300_000, len(gc.get_objects()) < kept / 10)
"""


def test_what_torch_and_librosa_bring_is_looked_over_no_more():
    told = subprocess.run([sys.executable, "-c", SETTLED], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["True"] * 3


def test_pages_name_what_they_import():
    assert {"cnnviz.web.driver", "cnnviz.web.components.viewer", "cnnviz.content.gallery"} <= set(warm.named())
