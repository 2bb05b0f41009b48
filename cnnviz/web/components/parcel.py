"""What a component is sent: a small blob whole; of a large one the words, and where its numbers are fetched.

A browser fetches each part once, whatever scene it meets it in: the sound is the same in all stages, and the maps of a
stage are the same whichever channel is looked at. A proxy may keep the parts for all. See ``static/parcel``.
"""

import json

from streamlit import config, runtime

from cnnviz.scenes.blob import Blob, header_of
from cnnviz.web.components.files import Shelf

MARK = b"\xffcnnviz\xff"  # read as the length of a header, it is none

# Streamlit compresses answers of other types anew for each browser, at 20 ms of processor a megabyte, of which a fifth
# is saved. The store knows no ending for this one, so the proxy tells the parts of blobs by having none.
KIND = "video/x-cnnviz"

shelf = Shelf(KIND)


def parcel(blob: bytes) -> bytes:
    """A blob on its way.

    Returns
    -------
    bytes
        The blob; or `MARK`, the length of the plan (8 bytes, little-endian), the plan, and the bytes that are not
        fetched. The plan is a JSON list of what makes the blob, in order: the length of a stretch of those bytes, or
        the path of a part with its length.
    """
    whole = blob if isinstance(blob, Blob) else Blob(blob)
    if not served() or not whole.parts:
        return blob
    end, _ = header_of(whole)
    plan: list[int | tuple[str, int]] = []
    kept: list[bytes] = []
    at = 0
    for part in whole.parts:
        start, stop = end + part.start, end + part.stop
        path = shelf.path(part.digest, lambda start=start, stop=stop: whole[start:stop])  # type: ignore[misc]
        plan += [start - at, (path, stop - start)]
        kept.append(whole[at:start])
        at = stop
    told = json.dumps([*plan, len(whole) - at]).encode()
    return b"".join([MARK, len(told).to_bytes(8, "little"), told, *kept, whole[at:]])


def served() -> bool:
    """Is there a server that a browser may ask? Streamlit's own `AppTest` has none, and says it has."""
    return runtime.exists() and not config.get_option("global.appTest")
