"""Results that several servers share, in Redis or Valkey, if ``CNNVIZ_STORE`` names one; else each has its own.

What is there is bytes, never a pickle, and signed with the secret for cookies, which all servers of a site share. It
stands behind the caches of a process, for what takes longer than asking: large networks, films and files. A store that
does not answer costs a short wait, and then none for a while. What two servers are asked for at once is made by the one
that has a lease on it, which ends by itself: one that dies meanwhile, or takes longer, delays the other by that.
"""

import hmac
import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import torch

from cnnviz.core.device import pick
from cnnviz.export.bundle import STATIC
from cnnviz.text import Message

URL, SECRET = "CNNVIZ_STORE", "STREAMLIT_SERVER_COOKIE_SECRET"
PATIENCE = 0.5  # s that an answer may take
REST = 30.0  # s without the store when it has not answered
KEPT = 24 * 3600  # s
LEASE = 10  # s for which a server is waited for that makes what another one wants
EVERY = 0.2  # s between two looks whether it has
MOST = 32 * 2**20  # bytes of one result
MOST_PUT = 4  # results that wait for their way there; more are kept back
SIGNED = 32  # bytes of a signature
UNSIGNED = Message(
    "{url} is set and {secret} is not, so nothing in the store could be signed. Set it, the same for all servers, to "
    "what openssl rand -hex 32 prints.",
    url=URL,
    secret=SECRET,
)
CODE = Path(__file__).parents[1]
log = logging.getLogger(__name__)


class Store:
    """Bytes by key, for as long as the other side answers.

    Parameters
    ----------
    client : has ``get(name)``, ``set(name, value, ex=seconds)``, the same with ``nx=True``, and ``delete(name)``
        What it raises, and what comes late, counts as no answer.
    version : str
        Of the code, its libraries and the device: results of another one are not asked for.
    """

    def __init__(self, client: Any, secret: bytes, version: str, patience: float = PATIENCE) -> None:
        self.client, self.secret, self.version, self.patience = client, secret, version, patience
        self.rests_until = 0.0
        self._leases = set[str]()  # names of what this server makes for all
        self._asks = ThreadPoolExecutor(2, "cnnviz-store")
        self._puts = ThreadPoolExecutor(1, "cnnviz-store")
        self._room = BoundedSemaphore(MOST_PUT)

    def find(self, key: str) -> bytes | None:
        """What some server has put there."""
        name = self.name(key)
        found = self._ask(self.client.get, name)
        if not isinstance(found, bytes):
            return None
        signature, value = found[:SIGNED], found[SIGNED:]
        return value if hmac.compare_digest(signature, self.signature(name, value)) else None

    def put(self, key: str, value: bytes) -> None:
        """Let the others have it; nobody waits for that."""
        if len(value) <= MOST and self.answers and self._room.acquire(blocking=False):
            self._puts.submit(self._put, self.name(key), value)
        else:
            self.leave(key)

    def _put(self, name: str, value: bytes) -> None:
        try:
            self.client.set(name, self.signature(name, value) + value, ex=KEPT)
            self._leave(name)
        except Exception as error:
            self.rest(error)
        finally:
            self._room.release()

    def turn(self, key: str, look: Callable[[], object] = lambda: None) -> bytes | None:
        """What some server has put there; None where this one is to make it, and then to `put` it, or to `leave` it.

        While another one makes it, it is waited for, at most for `LEASE` seconds, with a `look` now and then.
        """
        if (found := self.find(key)) is not None:
            return found
        until = time.monotonic() + LEASE
        while not (mine := self.lease(key)) and time.monotonic() < until:
            look()
            time.sleep(EVERY)
        found = self.find(key)  # put there meanwhile
        if found is not None and mine:
            self.leave(key)
        return found

    def lease(self, key: str) -> bool:
        """May this server make it for all? All who ask for it here may; and anybody where the store does not answer."""
        name = self.name(key)
        if name not in self._leases and self._ask(self.client.set, f"{name}:lease", b"", nx=True, ex=LEASE):
            self._leases.add(name)
        return name in self._leases or not self.answers

    def leave(self, key: str) -> None:
        """Let another server make it, after all. A lease that has run out may be another's: then both make it."""
        self._puts.submit(self._leave, self.name(key))

    def _leave(self, name: str) -> None:
        if name in self._leases:
            self._leases.discard(name)
            self.client.delete(f"{name}:lease")

    @property
    def answers(self) -> bool:
        """Is it asked at all?"""
        return time.monotonic() >= self.rests_until

    def _ask(self, call: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
        """What the other side answers; None if it does not."""
        if self.answers:
            try:
                return self._asks.submit(call, *arguments, **more).result(self.patience)
            except Exception as error:  # whatever the library has, the result is made here
                self.rest(error)
        return None

    def rest(self, error: Exception) -> None:
        """Do without it for a while."""
        if time.monotonic() >= self.rests_until:
            log.warning("The store does not answer (%s); without it for %d s.", type(error).__name__, REST)
        self.rests_until = time.monotonic() + REST

    def name(self, key: str) -> str:
        return f"cnnviz:{sha256(f'{self.version} {key}'.encode()).hexdigest()}"

    def signature(self, name: str, value: bytes) -> bytes:
        """Of a value under its name: one that was moved is as good as forged."""
        return hmac.digest(self.secret, name.encode() + value, "sha256")


def unsigned() -> str:
    """What is wrong where a store is named and no secret to sign with: whoever reaches it could put things there."""
    return str(UNSIGNED) if os.environ.get(URL) and not os.environ.get(SECRET) else ""


@cache
def store() -> Store | None:
    """That of this server, if one is named."""
    url = os.environ.get(URL)
    if not url:
        return None
    if told := unsigned():
        log.warning("%s This server does without the store.", told)
        return None
    try:
        import redis  # noqa: PLC0415 -- an extra
    except ModuleNotFoundError:
        log.warning("%s is set, and redis is not installed: pip install -r requirements-store.txt", URL)
        return None
    client = redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
    return Store(client, os.environ[SECRET].encode(), version())


def version() -> str:
    """Of all that decides what a result is: the code, its messages, torch and the device."""
    files = [*CODE.rglob("*.py"), *CODE.parent.glob("locale/*/LC_MESSAGES/*.mo"), *STATIC.glob("*/*.js")]
    digest = sha256(f"{torch.__version__} {pick()}".encode())
    for file in sorted(files):
        digest.update(f"{file.relative_to(CODE.parent)} ".encode() + file.read_bytes())
    return digest.hexdigest()


def shared(key: str, make: Callable[[], bytes], look: Callable[[], object] = lambda: None) -> bytes:
    """What another server has made, or makes now, which takes a `look` now and then; or what is made here, for all."""
    one = store()
    if one is None:
        return make()
    found = one.turn(key, look)
    if found is None:
        try:
            found = make()
        except BaseException:
            one.leave(key)
            raise
        one.put(key, found)
    return found
