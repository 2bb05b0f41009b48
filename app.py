"""cnnviz: navigation and frame. The pages are in pages/."""

from cnnviz.web.shell import run

run()
