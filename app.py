"""cnnviz: navigation and frame. The pages are in pages/."""

from cnnviz.frame import run

run()
