"""Sockets that accept after the page has run once inherit that small portions leave at once; threads take turns."""

import os
import socket
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnviz.web import latency


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_what_is_accepted_later_sends_at_once(family: socket.AddressFamily, host: str) -> None:
    with socket.socket(family) as listening:  # of no named protocol, as Streamlit's
        listening.bind((host, 0))
        listening.listen()
        latency.send_at_once.cache_clear()
        AppTest.from_file("../app.py").run(timeout=60)
        with socket.create_connection(listening.getsockname()[:2]), listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert sys.getswitchinterval() == pytest.approx(latency.TURN)


def test_other_descriptors_are_left_alone() -> None:
    with socket.socket(socket.AF_UNIX) as local, Path(os.devnull).open() as file:
        latency.hurry(local.fileno())
        latency.hurry(file.fileno())
        with pytest.raises(OSError):
            latency.hurry(-1)
