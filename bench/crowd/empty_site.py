"""``python -m bench.crowd.empty_site``: the empty page behind nginx, served by what serves the app."""

import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory

from cnnviz.cli.serve.proxy import Proxy
from cnnviz.cli.serve.replica import ROOT, Replica
from cnnviz.cli.serve.site import Site


class Empty(Replica):
    """One process of the empty page."""

    words: tuple[str, ...] = ()

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", "bench/empty_app.py", "--server.headless", "true"]
        command += ["--server.address", "127.0.0.1", "--server.port", str(self.port), "--", *self.words]
        self.process = subprocess.Popen(command, cwd=ROOT, env=dict(self.environment), stdout=subprocess.DEVNULL)


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="widgets, as in stNumberInput=7")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--processes", type=int, required=True)
    chosen = parser.parse_args()
    Empty.words = tuple(chosen.words)
    with TemporaryDirectory(prefix="cnnviz-empty-") as folder:
        Path(folder).chmod(0o755)  # nginx's workers are another user than root
        site = Site(Proxy(f"127.0.0.1:{chosen.port}", (), folder), chosen.processes, Path(folder))
        site.replicas = [Empty(one.port, one.path, one.environment) for one in site.replicas]
        site.serve()


if __name__ == "__main__":
    main()
