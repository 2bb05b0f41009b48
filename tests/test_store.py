"""Results that servers share: one makes them, all have them; and a store that is slow, gone or forged harms nobody."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from runpy import run_module
from threading import Event

import pytest

from cnnviz.cli.serve.proxy import Proxy
from cnnviz.cli.serve.replica import PROCESS
from cnnviz.cli.serve.site import SECRET, Site
from cnnviz.scenes.build import show
from cnnviz.scenes.query import from_query
from cnnviz.scenes.request import NetworkView
from cnnviz.web import large_runs, made_files
from cnnviz.web import store as stores
from cnnviz.web.store import MOST, PATIENCE, Store

redis = pytest.importorskip("redis")
needs_server = pytest.mark.skipif(not shutil.which("redis-server"), reason="apt-get install redis-server")

slow = pytest.mark.skipif(
    "CNNVIZ_DEPLOY" not in os.environ, reason="make test-deploy: three processes and their workers"
)


class Kept:
    """What a store's client does, in this process."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}
        self.asked = 0

    def get(self, name: str) -> bytes | None:
        self.asked += 1
        return self.values.get(name)

    def set(self, name: str, value: bytes, ex: int, nx: bool = False) -> bool | None:
        if nx and name in self.values:
            return None
        self.values[name] = value
        return True

    def delete(self, name: str) -> None:
        self.values.pop(name, None)


def settled(one: Store) -> Store:
    """After all that was put has arrived."""
    one._puts.submit(int).result()
    return one


def test_what_one_server_puts_another_finds():
    client = Kept()
    settled(one := Store(client, b"secret", "v1")).put("key", b"value")
    settled(one)
    assert Store(client, b"secret", "v1").find("key") == b"value"
    assert Store(client, b"secret", "v1").find("another") is None


def test_another_version_of_the_code_and_a_stranger_find_nothing():
    client = Kept()
    one = Store(client, b"secret", "v1")
    one.put("key", b"value")
    settled(one)
    assert Store(client, b"secret", "v2").find("key") is None
    assert Store(client, b"other", "v1").find("key") is None


def test_what_was_changed_or_moved_is_not_believed():
    client = Kept()
    one = Store(client, b"secret", "v1")
    one.put("a", b"value")
    one.put("b", b"other")
    settled(one)
    a, b = client.values
    client.values = {a: client.values[b], b: client.values[b][:-1] + b"!"}
    assert one.find("a") is one.find("b") is None


def test_what_is_too_large_is_not_put():
    client = Kept()
    one = Store(client, b"", "")
    one.put("key", bytes(MOST + 1))
    settled(one)
    assert not client.values


def test_a_store_that_hangs_costs_its_patience_once(caplog):
    gone = Event()

    class Hangs(Kept):
        def get(self, name):
            self.asked += 1
            gone.wait(30)

    client = Hangs()
    one = Store(client, b"", "", patience=0.05)
    began = time.monotonic()
    assert [one.find("key") for _ in range(50)] == [None] * 50
    one.put("key", b"value")
    spent = time.monotonic() - began
    gone.set()
    assert client.asked == 1
    assert spent < 50 * 0.05  # it was not waited for again
    assert [line.message.partition(" (")[0] for line in caplog.records] == ["The store does not answer"]


def test_without_a_store_everything_is_made_here(monkeypatch):
    monkeypatch.delenv(stores.URL, raising=False)
    stores.store.cache_clear()
    assert stores.store() is None
    assert stores.shared("key", lambda: b"made") == b"made"


# --- at the same time ---


@pytest.fixture
def brief(monkeypatch):
    """Leases of a fifth of a second."""
    monkeypatch.setattr(stores, "LEASE", 0.2)
    monkeypatch.setattr(stores, "EVERY", 0.01)


def two(client: Kept) -> tuple[Store, Store]:
    return Store(client, b"secret", "v1"), Store(client, b"secret", "v1")


def test_what_another_server_makes_is_waited_for():
    one, other = two(Kept())
    assert one.turn("key") is None  # so it makes it
    assert other.turn("key", lambda: one.put("key", b"value")) == b"value"
    assert one.turn("key") == b"value"
    assert [*settled(other).client.values] == [other.name("key")]  # no lease is left


def test_all_who_ask_the_server_that_makes_it_are_let_through(brief):
    one, other = two(Kept())
    assert one.turn("key") is None
    assert one.turn("key", lambda: pytest.fail("it is waited for")) is None
    assert other.turn("another", lambda: pytest.fail("it is waited for")) is None


def test_a_server_that_gives_up_lets_another_one_make_it(monkeypatch):
    one, other = two(Kept())
    with monkeypatch.context() as here, pytest.raises(ZeroDivisionError):
        here.setattr(stores, "store", lambda: one)
        stores.shared("key", lambda: 1 // 0)
    settled(one)
    assert other.turn("key", lambda: pytest.fail("it is waited for")) is None
    other.put("key", bytes(MOST + 1))  # which is not kept there
    settled(other)
    assert one.turn("key", lambda: pytest.fail("it is waited for")) is None


def test_a_server_that_dies_delays_the_others_by_its_lease_alone(brief):
    one, other = two(Kept())
    assert one.turn("key") is None
    looks: list[None] = []
    assert other.turn("key", lambda: looks.append(None)) is None
    assert 1 <= len(looks) <= 20


def test_a_store_that_breaks_between_two_questions_holds_nobody_up():
    class Breaks(Kept):
        def set(self, *how, **more):
            raise ConnectionError

    one = Store(Breaks(), b"", "")
    assert one.turn("key", lambda: pytest.fail("it is waited for")) is None


# --- without a secret ---


def test_a_store_without_a_secret_is_not_used_and_the_log_says_so(monkeypatch, caplog):
    monkeypatch.setenv(stores.URL, "redis://127.0.0.1:1")
    monkeypatch.setenv(stores.SECRET, "")
    stores.store.cache_clear()
    assert stores.store() is None
    stores.store.cache_clear()
    (line,) = caplog.records
    assert "Set it, the same for all servers, to what openssl rand -hex 32 prints." in line.message


def test_a_process_of_the_site_does_not_start_without_one(monkeypatch):
    monkeypatch.setenv(stores.URL, "redis://127.0.0.1:1")
    monkeypatch.delenv(stores.SECRET, raising=False)
    with pytest.raises(SystemExit, match=f"^{stores.URL} is set and {stores.SECRET} is not"):
        run_module(PROCESS, run_name="__main__")


@pytest.mark.parametrize("said", [{}, {SECRET: ""}])
def test_processes_that_are_served_together_share_a_secret_of_their_own(said, monkeypatch, tmp_path):
    monkeypatch.delenv(SECRET, raising=False)
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    site = Site(Proxy("127.0.0.1:0", (), "/tmp", ""), 2, tmp_path)
    one, other = (replica.environment[SECRET] for replica in site.replicas)
    assert one == other and len(one) == 64


def test_a_flow_travels_as_words_and_a_blob():
    request, _ = from_query("network", {"preset": "LeNet-5"}).made.make()
    flow = show(request, NetworkView())
    again = large_runs.unpacked(large_runs.packed(flow))
    assert again.blob == flow.blob
    assert {**vars(again), "blob": 0} == {**vars(flow), "blob": 0}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def server(tmp_path) -> Iterator[tuple[str, subprocess.Popen]]:
    """A real one, on a port of its own, that writes nothing."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    client = redis.Redis(port=port)
    for _ in range(200):
        try:
            client.ping()
            break
        except redis.ConnectionError:
            time.sleep(0.05)
    yield f"redis://127.0.0.1:{port}", process
    process.kill()
    process.wait()


# Another server: it wants a large network and a picture of one link, and tells how often it made them.
SERVER = """
from cnnviz.cli.open_link import staged_at
from cnnviz.export import Look, Wanted
from cnnviz.scenes.query import from_query
from cnnviz.scenes.request import NetworkView
from cnnviz.web import large_runs, made_files, store

counts = {"runs": 0, "files": 0}
make, submit = made_files.make, large_runs.NETWORKS.submit

def made(*how):
    counts["files"] += 1
    return make(*how)

def begun(*how, **more):
    counts["runs"] += 1
    return submit(*how, **more)

made_files.make, large_runs.NETWORKS.submit, large_runs.MOST_MEMORY = made, begun, 0
request, _ = from_query("network", {"preset": "LeNet-5"}).made.make()
flow = large_runs.show_large(request, NetworkView())
file = made_files.file(staged_at("convolution?input=digit"), "png", Wanted(Look(width_px=300)))
if store.store():
    store.store()._puts.submit(int).result()
print(counts["runs"], counts["files"], hash(flow.blob), hash(file))
"""


def visited(url: str) -> list[str]:
    """What a process of its own tells."""
    environment = os.environ | {stores.URL: url, stores.SECRET: "a secret", "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        [sys.executable, "-c", SERVER], env=environment, capture_output=True, text=True, check=True, timeout=240
    )
    return done.stdout.split()


@needs_server
def test_a_lease_in_a_real_store_ends_by_itself_or_with_what_is_made(server, monkeypatch):
    url, _ = server
    monkeypatch.setattr(stores, "LEASE", 1)
    one, other = (Store(redis.Redis.from_url(url), b"secret", "v1") for _ in range(2))
    assert one.turn("key") is None
    assert not other.lease("key")
    one.put("key", b"value")
    settled(one)
    assert other.turn("key") == b"value" and other.lease("key")
    assert one.turn("another") is None  # and then it dies
    assert other.turn("another") is None


@slow
@needs_server
def test_two_servers_compute_one_link_once_and_go_on_without_the_store(server):
    url, process = server
    first, second = visited(url), visited(url)
    assert first[:2] == ["1", "1"]
    assert second[:2] == ["0", "0"]
    assert first[2:] == second[2:]
    process.kill()
    process.wait()
    assert visited(url)[:2] == ["1", "1"]


@needs_server
def test_a_store_that_dies_meanwhile_is_done_without(server, monkeypatch, caplog):
    url, process = server
    monkeypatch.setenv(stores.URL, url)
    monkeypatch.setenv(stores.SECRET, "a secret")
    stores.store.cache_clear()
    assert stores.shared("one", lambda: b"1") == b"1"
    settled(stores.store())
    assert stores.shared("one", lambda: pytest.fail("it is there")) == b"1"
    process.kill()
    process.wait()
    began = time.monotonic()
    assert [stores.shared(str(n), lambda: b"2") for n in range(20)] == [b"2"] * 20
    assert time.monotonic() - began < 20 * PATIENCE
    assert len([line for line in caplog.records if "does not answer" in line.message]) == 1
    stores.store.cache_clear()


def test_a_film_that_another_server_made_is_there_at_once(monkeypatch):
    one = Store(Kept(), b"", "")
    monkeypatch.setattr(made_files, "store", lambda: one)
    made_files._files.clear()
    assert made_files.found("film") is None
    assert made_files.keep("film", b"pictures") == b"pictures"
    made_files._files.clear()  # another server
    settled(one)
    assert made_files.found("film") == b"pictures"
