"""The site behind nginx, below a path: of three processes one is killed, one hangs, all are replaced."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import numpy as np
import pytest
import yaml
from page_objects import Screen
from playwright.sync_api import Page, expect
from serving import ROOT
from test_uploads import npy

from cnnviz.cli.serve.proxy import COOKIE, Proxy

PATH = "/lessons/cnn"
COUNT = 3  # processes
TOGETHER = 5  # visitors who may come from one address
SOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
PART = re.compile(r"/media/[0-9a-f]{32}$")
needs_nginx = pytest.mark.skipif(
    "CNNVIZ_DEPLOY" not in os.environ or not (shutil.which("nginx") or Path("/usr/sbin/nginx").exists()),
    reason="make test-deploy",
)


@dataclass
class Site:
    port: int
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}"

    def children(self) -> dict[int, list[str]]:
        """Its processes, and the words that each was started with."""
        pid = self.process.pid
        pids = map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        return {child: Path(f"/proc/{child}/cmdline").read_text().split("\0") for child in pids}

    def replicas(self) -> dict[str, int]:
        """Processes of the app, as the proxy calls them."""
        found = self.children().items()
        (file,) = [re.search(r"-c (\S+)", " ".join(words))[1] for _, words in found if "nginx" in words[0]]
        ports = {words[words.index("--server.port") + 1]: pid for pid, words in found if "--server.port" in words}
        named = re.findall(r':(\d+)\$" (p\d);', Path(file).read_text())
        return {name: ports[port] for port, name in named if port in ports}

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str]]:
        status, told, _ = self.ask("GET", path, headers)
        return status, told

    def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, dict[str, str], str]:
        """Status, headers and text of an answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, PATH + path, body, dict(headers))
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text

    def visit(self, address: str) -> tuple[int, HTTPConnection]:
        """Begin a visit from an address, as a proxy in the same house tells it; what is said, and the connection."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", f"{PATH}/_stcore/stream", headers={**SOCKET, "X-Forwarded-For": address})
        return connection.getresponse().status, connection

    def says(self, words: str) -> None:
        """Wait until it prints a line."""
        assert self.process.stdout
        line = next(line for line in self.process.stdout if words in line)
        assert line


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "cnnviz", "serve", "--port", str(port), "--path", PATH]
    command += ["--processes", str(COUNT), "--together", str(TOGETHER)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    made = Site(port, process)
    try:
        made.says("Serving on")
        wait(lambda: made.get("/_stcore/health")[0] == 200)
        yield made
    finally:
        process.terminate()
        process.wait(60)


def wait(met: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if met():
                return
        except OSError:  # nobody listens yet
            pass
        time.sleep(0.2)
    raise AssertionError("it did not happen in time")


@pytest.fixture
def visitors(browser, site) -> Iterator[Callable[[], Page]]:
    """Browsers with nothing remembered; each page lists what its own policy refused."""
    with ExitStack() as stack:

        def one() -> Page:
            context = browser.new_context(reduced_motion="reduce")
            stack.callback(context.close)
            page = context.new_page()
            page.refused = []
            page.on("console", lambda said: page.refused.append(said.text) if "Content Security" in said.text else None)
            return page

        yield one


def served_by(page: Page) -> str:
    return next(one["value"] for one in page.context.cookies() if one["name"] == COOKIE)


def upload(screen: Screen, rows: int) -> None:
    """An array of so many rows is read and shown."""
    data = npy(np.ones((rows, 7), np.float32))
    file = {"name": f"{rows}.npy", "mimeType": "application/octet-stream", "buffer": data}
    screen.page.locator("input[type=file]").set_input_files(files=[file])
    screen.wait_until("({ scene }, rows) => scene.meta.shapes.input.includes(rows)", f", {rows}, 7)")


@needs_nginx
def test_answers_are_compressed_kept_and_guarded(site):
    status, told = site.get("/", **{"Accept-Encoding": "gzip"})
    assert (status, told["content-encoding"]) == (200, "gzip")
    assert told["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'self'" in told["content-security-policy"]
    assert told["set-cookie"].startswith(f"{COOKIE}=p") and f"Path={PATH}/" in told["set-cookie"]
    assert site.get("/_stcore/metrics")[0] == site.get("/_stcore/agent/openapi.json")[0] == 404
    (again,) = {site.get("/", Cookie=f"{COOKIE}=p1")[1].get("set-cookie", "kept") for _ in range(6)}
    assert again == "kept"  # whoever has a process keeps to it


@needs_nginx
def test_visitors_of_all_processes_upload_and_take_files_away(site, visitors):
    seen = set()
    for rows in range(8, 60):  # until all have been met
        page = visitors()
        screen = Screen(page, site.url)
        screen.open("input=upload&tab=Share")
        upload(screen, rows)
        assert page.refused == []
        seen.add(served_by(page))
        if len(seen) == COUNT:
            break
    assert seen == {"p0", "p1", "p2"}
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert Path(download.value.path()).stat().st_size > 1000


@needs_nginx
def test_visitors_of_a_killed_process_find_another_with_their_screen(site, visitors):
    page = visitors()
    screen = Screen(page, site.url)
    screen.open("stride=2&padding=1")
    before = screen.ask("({ scene }) => [...scene.tensors.output.data]")
    first = served_by(page)
    os.kill(site.replicas()[first], signal.SIGKILL)
    wait(lambda: served_by(page) != first)
    expect(page.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning")
    assert screen.ask("({ scene }) => [...scene.tensors.output.data]") == before
    screen.set("stride", 1)  # of a page that the other process has never drawn
    screen.wait_ready("nn.Conv2d(1, 1, kernel_size=3, padding=1)")
    screen.open("input=upload")
    upload(screen, 41)
    wait(lambda: len(site.replicas()) == COUNT)


@needs_nginx
def test_a_process_that_hangs_is_started_again(site, visitors):
    page = visitors()
    screen = Screen(page, site.url)
    screen.open("stride=2&padding=1")
    first = served_by(page)
    hung = site.replicas()[first]
    os.kill(hung, signal.SIGSTOP)
    wait(lambda: hung not in site.replicas().values(), 180)
    wait(lambda: len(site.replicas()) == COUNT)
    screen.open("stride=3&padding=1")
    assert screen.ask("({ scene }) => scene.tensors.output.data.length") > 0


@needs_nginx
def test_a_film_is_made_and_taken_away(site, visitors):
    page = visitors()
    screen = Screen(page, site.url)
    screen.open("tab=Share&input_rows=6&input_columns=6")
    screen.choose("_file", "Film for slides and chats (GIF)")
    page.get_by_role("button", name="Make the film").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert Path(download.value.path()).read_bytes()[:4] == b"GIF8"
    assert page.refused == []


@needs_nginx
@pytest.mark.parametrize("path", ["/_stcore/upload_file/session/file", "/", "/_stcore/health"])
def test_a_body_that_is_too_large_is_refused_in_plain_words(site, path):
    status, told, text = site.ask("PUT", path, {}, bytes(22 * 2**20))
    assert status == 413
    assert "larger than 21 MB, the most" in text and "nginx" not in text
    assert told["content-security-policy"]


@needs_nginx
def test_an_upload_without_a_token_and_an_unknown_place_say_nothing_of_the_inside(site):
    for method, path in (("PUT", "/_stcore/upload_file/a/b"), ("GET", "/media/none.png"), ("POST", "/_stcore/bidi")):
        status, _, text = site.ask(method, path, {})
        assert 400 <= status < 500
        assert "Traceback" not in text and "site-packages" not in text and str(ROOT) not in text


@needs_nginx
def test_an_address_from_which_too_many_visits_begin_has_to_wait_and_nobody_else(site):
    said, connections = zip(*(site.visit("203.0.113.7") for _ in range(2 * TOGETHER + 3)), strict=True)
    try:
        assert set(said[: 2 * TOGETHER]) == {101}  # twice as many as may come together
        assert said[-1] == 429
        for other in ("203.0.113.8", "10.1.2.3"):
            status, connection = site.visit(other)
            connection.close()
            assert status == 101
    finally:
        for connection in connections:
            connection.close()


def test_a_school_behind_one_router_is_within_the_limits():
    """Each pupil begins a visit within the same second, with seven connections; all begin again after a restart."""
    text = Proxy("8501", ("one:8501",), "/tmp", together=500).configuration()
    (burst,) = map(int, re.findall(r"limit_req zone=begun burst=(\d+) nodelay", text))
    (most, _) = map(int, re.findall(r"limit_conn open (\d+)", text))
    (connections,) = map(int, re.findall(r"worker_connections (\d+)", text))
    assert burst >= 2 * 500 and most >= 7 * 500
    assert connections >= 2 * 7 * 1000  # a thousand visitors who load the page at once, from wherever


@needs_nginx
def test_all_processes_are_replaced_under_a_visitor(site, visitors):
    page = visitors()
    screen = Screen(page, site.url)
    screen.open("stride=2&padding=1")
    before, replicas = screen.ask("({ scene }) => [...scene.tensors.output.data]"), site.replicas()
    site.process.send_signal(signal.SIGHUP)
    site.says("All processes are new")
    assert set(site.replicas().values()).isdisjoint(replicas.values())
    expect(page.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning")
    assert screen.ask("({ scene }) => [...scene.tensors.output.data]") == before
    screen.open("input=upload")
    upload(screen, 42)


def test_a_frame_of_a_school_needs_a_cookie_that_travels():
    proxy = Proxy("8501", ("one:8501", "two:8501", "three:8501"), "/tmp", ancestors=("https://school.example",))
    text = proxy.configuration(down=(1,))
    assert "frame-ancestors 'self' https://school.example" in text
    assert "SameSite=None; Secure; Partitioned" in text
    newcomers = re.search(r"upstream anybody \{(.*?)\}", text, re.DOTALL)
    assert newcomers
    assert re.findall(r"server (\w+):", newcomers[1]) == ["one", "three"]  # none is led to what is about to stop


@needs_nginx
def test_the_containers_files_are_sound(tmp_path):
    """Linters read them; and nginx reads what its containers are told, for the addresses that they have."""
    tools = Path(sys.executable).parent
    subprocess.run([tools / "hadolint", "deploy/Dockerfile"], cwd=ROOT, check=True)
    subprocess.run([tools / "kubernetes-validate", "deploy/kubernetes.yaml"], cwd=ROOT, check=True)
    compose = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
    apps = [one for name, one in compose["services"].items() if name.startswith("app")]
    replicas = tuple(f"{one['networks']['inside']['ipv4_address']}:8501" for one in apps)
    file = tmp_path / "nginx.conf"
    file.write_text(Proxy("127.0.0.1:8080", replicas, str(tmp_path)).configuration())
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    subprocess.run([nginx, "-t", "-c", str(file)], check=True)
    assert len(set(replicas)) == 2


@needs_nginx
def test_a_part_is_handed_over_once_whichever_process_a_visitor_has(site, visitors):
    """A second visitor of the same link, with another process, costs neither a part."""
    pages = {}
    for _ in range(30):  # until both processes have been met
        page = visitors()
        asked: list[str] = []
        page.on("response", lambda answer, asked=asked: asked.append(answer) if PART.search(answer.url) else None)
        page.goto(f"{site.url}/spectrogram?input_seconds=4")
        expect(page.locator("[data-ready]").first).to_have_attribute("data-ready", re.compile("."))
        pages.setdefault(served_by(page), asked)
        if len(pages) == 2:
            break
    one, other = pages.values()
    assert {answer.url for answer in one} == {answer.url for answer in other}
    assert one
    for answer in (*one, *other):
        assert "immutable" in answer.header_value("cache-control")
        assert answer.header_value("set-cookie") is None
    part = one[0].url
    for pid in site.replicas().values():  # what the proxy has, it need not ask for
        os.kill(pid, signal.SIGSTOP)
    try:
        assert site.get(part.removeprefix(site.url))[0] == 200
    finally:
        for pid in site.replicas().values():
            os.kill(pid, signal.SIGCONT)
