"""``python -m cnnviz serve``."""

import os
import sys
from argparse import ArgumentParser, Namespace

from cnnviz.cli.serve.proxy import Proxy
from cnnviz.cli.serve.site import ServeError, serve

STORE = "CNNVIZ_STORE"  # names the store to each process; see `cnnviz.web.store`
ANYWHERE = "0.0.0.0"


def arguments(one: ArgumentParser) -> None:
    """What may be said of a site."""
    cores = os.cpu_count() or 1
    one.add_argument("--port", type=int, default=8501, help="of the proxy, %(default)s")
    one.add_argument("--address", default="127.0.0.1", help=f"%(default)s; {ANYWHERE} is open to all")
    one.add_argument("--processes", type=int, default=cores, help="one for each core, %(default)s here")
    one.add_argument("--path", default="", help="below which the site is served, as in /lessons/cnn")
    one.add_argument(
        "--ancestor",
        action="append",
        default=[],
        metavar="HOST",
        help="that may show the site in a frame, as in https://school.example",
    )
    one.add_argument(
        "--together",
        type=int,
        default=Proxy.together,
        help="visitors who may come from one address, as a school behind one router, %(default)s",
    )
    one.add_argument(
        "--store",
        metavar="URL",
        help="a Redis or Valkey for results that servers share, as in redis://host:6379; see requirements-store.txt",
    )
    one.add_argument("--print", action="store_true", help="print the configuration of nginx, and serve nothing")
    one.add_argument(
        "--replica", action="append", default=[], metavar="HOST:PORT", help="with --print: a process elsewhere"
    )
    one.set_defaults(run=run)


def run(chosen: Namespace) -> None:
    """Serve, or print."""
    path = "/" + chosen.path.strip("/") if chosen.path.strip("/") else ""
    listen, together = f"{chosen.address}:{chosen.port}", max(1, chosen.together)
    proxy = Proxy(listen, tuple(chosen.replica), "/tmp", path, tuple(chosen.ancestor), together=together)
    if chosen.print:
        print(proxy.configuration(), end="")
        return
    if chosen.store:
        os.environ[STORE] = chosen.store
    try:
        serve(proxy, max(1, chosen.processes))
    except ServeError as problem:
        sys.exit(str(problem))
