"""One process of the site: Streamlit, which draws a page anew for whoever had it from another process.

``python -m cnnviz.cli.serve.process run app.py ...``, as ``python -m streamlit``. A visitor whose process died comes to
one that may have drawn nothing yet, so this is settled before the first page is. A process that answers is warm. One
that could not sign what it shares does not start. `make run` is one such process: threads that import one package in
different orders may meet it half made, so all is imported before visitors are.
"""

import sys

from streamlit.web.cli import main

from cnnviz.web.returned import draw_anew
from cnnviz.web.store import unsigned
from cnnviz.web.warm import warm_up

if __name__ == "__main__":
    if told := unsigned():
        sys.exit(told)
    draw_anew()
    warm_up()
    main(prog_name="streamlit")
