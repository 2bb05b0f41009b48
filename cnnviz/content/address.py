"""Links: the address is the state. A short one is read as it is, a long one is packed, and either makes a QR code.

A packed state is a version, and in base64url the CRC-32 of the rest and the deflated query. It comes from strangers, so
it is held to bounds before and after inflating, and only what `pack` writes is read.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

from cnnviz.text import Message, Problem, _

VERSION = "1"
PACKED = "s"  # the key in the address whose value is a packed state
LANG = "lang"  # the language of the page's words, on every page
EMBED = "embed"  # Streamlit's own: without its header and menu; `cnnviz.web.shell` leaves out the rest round the player
STREAMLITS = (EMBED, "embed_options")  # in whatever letters; nobody else may set them

SHORT = 400  # characters of a whole address that is left as it is read
MOST_PACKED = 8_000  # characters: addresses of 8 kB pass every usual server and proxy
MOST_TEXT = 200_000  # bytes of the query when inflated: the longest text of a knob, every character escaped
MOST_KEYS = 200
MOST_KEY = 100  # characters

FRAME = 450  # pixels: player, transport and sentence of most scenes stand in a frame as high as this


class LinkError(Problem):
    """A link that cannot be made or read: one plain sentence with the way out."""


def pack(query: Mapping[str, str]) -> str:
    """The state of a page in few characters that need no escapes; the same state always gives the same.

    Raises
    ------
    LinkError
        If it is more than a link holds.

    Examples
    --------
    >>> unpack(pack({"kernel_text": "1 0 -1"}))
    {'kernel_text': '1 0 -1'}
    """
    check_keys(query)
    text = canonical(query).encode()
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)  # raw: the checksum is our own
    body = deflate.compress(text) + deflate.flush()
    packed = VERSION + base64.urlsafe_b64encode(checksum(body) + body).decode().rstrip("=")
    for length, most, when in (
        (len(text), MOST_TEXT, Message("written out")),
        (len(packed), MOST_PACKED, Message("packed")),
    ):
        if length > most:
            raise LinkError(
                "The settings take {length:,} characters {when} and a link holds {most:,}. Take the page, the notebook "
                "or the arrays away as a file, or type fewer numbers.",
                length=length,
                when=when,
                most=most,
            )
    return packed


def unpack(text: str) -> dict[str, str]:
    """The state that `pack` wrote.

    Raises
    ------
    LinkError
        If it is anything else: cut off, changed, of another version, or larger than `pack` makes it.
    """
    body = inflatable(text)
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        query = inflate.decompress(body, MOST_TEXT + 1)
    except zlib.error:
        raise damaged() from None
    if len(query) > MOST_TEXT:
        raise LinkError(
            "The link unpacks to more than the {most:,} bytes that are read: ask for a shorter one.", most=MOST_TEXT
        )
    if not inflate.eof or inflate.unused_data:
        raise damaged()
    found = read_query(query)
    check_keys(found)
    return found


def inflatable(text: str) -> bytes:
    """The deflated query, after version, length, alphabet and checksum are as they should be."""
    if len(text) > MOST_PACKED:
        raise LinkError(
            "The link holds {count:,} characters and {most:,} are read: ask for a shorter one.",
            count=len(text),
            most=MOST_PACKED,
        )
    if not text.startswith(VERSION):
        raise LinkError("The link was made by another version of cnnviz: ask for a new one.")
    coded = text[len(VERSION) :]
    try:
        data = base64.b64decode(coded + "=" * (-len(coded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise damaged() from None
    if base64.urlsafe_b64encode(data).decode().rstrip("=") != coded or data[:4] != checksum(data[4:]):
        raise damaged()
    return data[4:]


def read_query(query: bytes) -> dict[str, str]:
    """Keys and values of a query in the one way that `canonical` writes it: each key once, in order."""
    try:
        text = query.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict") if text else []
    except ValueError:  # not ASCII, or not UTF-8
        raise damaged() from None
    found = dict(pairs)
    if canonical(found) != text:
        raise damaged()
    return found


def canonical(query: Mapping[str, str]) -> str:
    """The state as a query in plain ASCII, keys in order."""
    try:
        return urlencode(sorted(query.items()), errors="strict")
    except UnicodeEncodeError:
        raise LinkError("The settings hold characters that are no text: type them anew.") from None


def check_keys(query: Mapping[str, str]) -> None:
    """Raise `LinkError` if there are more or longer keys than a page has."""
    longest = max(map(len, query), default=0)
    if len(query) > MOST_KEYS or longest > MOST_KEY or "" in query:
        raise LinkError(
            "The link names {count:,} settings, the longest in {longest:,} characters: at most {most} are read, each "
            "of 1 to {letters} characters. Ask for a new link.",
            count=len(query),
            longest=longest,
            most=MOST_KEYS,
            letters=MOST_KEY,
        )


def checksum(body: bytes) -> bytes:
    """Four bytes that tell a link that was cut off or mistyped."""
    return zlib.crc32(body).to_bytes(4, "big")


def damaged() -> LinkError:
    return LinkError("The link is damaged or was cut off: copy all of it again.")


def address(base: str, page: str, query: Mapping[str, str]) -> str:
    """The address of a page in this state: as people read it while it is short, else packed.

    Parameters
    ----------
    base : str
        Of the app, as ``https://example.org/cnnviz``.
    page : str
        The page's own name; empty for the home page.
    query : by name, as ``st.query_params`` has it
        A packed state in it, and Streamlit's own words for embedding, are no state and are left out.

    Raises
    ------
    LinkError
        If it is more than a link holds.

    Examples
    --------
    >>> address("https://example.org", "pooling", {"stride": "3"})
    'https://example.org/pooling?stride=3'
    """
    state = {key: value for key, value in query.items() if key != PACKED and key.lower() not in STREAMLITS}
    start = f"{base.rstrip('/')}/{quote(page)}"
    plain = f"{start}?{canonical(state)}" if state else start
    if len(plain) <= SHORT:
        return plain
    return min(plain, f"{start}?{PACKED}={pack(state)}", key=len)


def reach(link: str) -> str:
    """Who can open a link, in a sentence, if not everybody can; empty otherwise.

    >>> reach("https://example.org/pooling")
    ''
    """
    host = (urlsplit(link).hostname or "").rstrip(".")
    where = host.partition("%")[0]
    try:
        ip = ip_address(where)
    except ValueError:
        ip = None
    if where == "localhost" or where.endswith(".localhost") or (ip and (ip.is_loopback or ip.is_unspecified)):
        return _(
            "{host} is this computer alone: nobody else can open the link. In the same network, open the page by this "
            "computer's name or its address in that network and share that; for everybody, run cnnviz on a server.",
            host=host,
        )
    near = where.endswith((".local", ".lan", ".home.arpa", ".internal")) or ("." not in where.strip("[]") and not ip)
    if near or (ip and not ip.is_global):
        return _(
            "{host} is known in this network alone: others cannot open the link. Run cnnviz on a server for them.",
            host=host,
        )
    return ""


def web(link: str) -> SplitResult:
    """The parts of an address that a browser opens; no script and no file is one."""
    try:
        parts = urlsplit(link if re.fullmatch(r"[!-~]+", link) else "")  # an address is ASCII, without spaces
    except ValueError:  # brackets that hold no number of a host
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise LinkError("The link is no address of the web: it begins with http:// or https:// and a name.")
    return parts
