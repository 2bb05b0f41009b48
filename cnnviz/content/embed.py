"""A link in another page's frame, and as a QR code."""

from html import escape
from io import BytesIO

import segno

from cnnviz.content.address import EMBED, FRAME, LinkError, web

# A code 1.5 m high on the wall, a phone 6 m away that sees 54 degrees across 1080 pixels: three pixels, the fewest that
# it reads, for each of the 85 modules that version 15 has with its quiet zone. At level M it holds 412 characters.
MOST_CODE = 412  # characters
QUIET = 4  # modules round the code; ISO/IEC 18004


def embed(link: str, height: int = FRAME) -> str:
    """HTML that shows the page inside another, such as a course's or a slide's; `height` in pixels.

    Raises
    ------
    LinkError
        If it is no address of the web.
    """
    parts = web(link)
    query = "&".join(filter(None, [parts.query, f"{EMBED}=true"]))
    name = parts.path.rsplit("/", 1)[-1]
    title = f"cnnviz: {name}" if name else "cnnviz"
    return (
        f'<iframe src="{escape(parts._replace(query=query).geturl())}" title="{escape(title)}" '
        f'width="100%" height="{height}" style="border: 0" loading="lazy"></iframe>'
    )


def qr(link: str, dark: bool = False) -> str:
    """The address as a QR code, an SVG without a size of its own.

    Parameters
    ----------
    dark : bool
        On a dark page the paper is a little less bright. The code is dark on light always: many phones read no other.

    Raises
    ------
    LinkError
        If it is no address of the web, or longer than a phone reads off a wall.
    """
    web(link)
    length = len(link)
    if length > MOST_CODE:
        raise LinkError(
            "The link has {length:,} characters and a code that a phone reads off a wall holds {most}: hand out the "
            "link itself, or change fewer settings.",
            length=length,
            most=MOST_CODE,
        )
    ink, paper = ("#0e1117", "#e7eaf2") if dark else ("#000000", "#ffffff")
    drawn = BytesIO()
    segno.make_qr(link, error="m", encoding="ascii").save(
        drawn, kind="svg", border=QUIET, dark=ink, light=paper, omitsize=True, xmldecl=False, nl=False, title="QR code"
    )
    return drawn.getvalue().decode()
