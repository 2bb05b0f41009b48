"""Make the films of the gallery, and docs/gallery.md: less than a minute for all.

    .venv/bin/python docs/gallery.py [NAME ...]

Each film comes from the very command that docs/gallery.md names, so that running this again changes nothing. Beside
it lies its last picture, for readers who want nothing to move. With no names, all are made, and files that belong to no
scene are removed.
"""

import logging
import sys
from contextlib import chdir
from html import escape
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

from cnnviz.__main__ import export, parser  # noqa: E402
from cnnviz.content.exhibit import FOLDER, THEMES, WIDTH, Exhibit  # noqa: E402
from cnnviz.content.gallery import EXHIBITS, SECTIONS  # noqa: E402

PAGE = ROOT / "docs" / "gallery.md"
HEAD = """\
# Gallery

Films of single settings. Each is made by the line under it from a link into the app, says at its foot what it shows,
and is free to use, change and pass on. In the app, the page Gallery shows them with links to the scenes themselves.

A line makes the film in light colours; add `--dark` for a dark slide, end the name in `.mp4` for a smaller file, and
see `python -m cnnviz export --help` for the rest. Any other address of the app works as well.

This page and its files are written by `.venv/bin/python docs/gallery.py`.
"""


def film(exhibit: Exhibit, theme: str) -> Path:
    """Make the film as the command line does, and its last picture."""
    with chdir(ROOT):
        export(parser().parse_args(exhibit.arguments(theme)))
    with Image.open(ROOT / exhibit.film(theme)) as moving:
        moving.seek(moving.n_frames - 1)
        moving.convert("RGB").save(ROOT / exhibit.still(theme), lossless=True, method=6)
    return ROOT / exhibit.film(theme)


def picture(exhibit: Exhibit) -> str:
    """The film in the reader's colours, or its last picture if nothing is to move."""
    dark, light, still_dark, still = (
        f"../{path}" for path in (*map(exhibit.film, ("dark", "light")), *map(exhibit.still, ("dark", "light")))
    )
    return f"""\
<picture>
  <source media="(prefers-reduced-motion: reduce) and (prefers-color-scheme: dark)" srcset="{still_dark}">
  <source media="(prefers-reduced-motion: reduce)" srcset="{still}">
  <source media="(prefers-color-scheme: dark)" srcset="{dark}">
  <img src="{light}" alt="{escape(str(exhibit.alt))}" width="{WIDTH}">
</picture>"""


def entry(exhibit: Exhibit) -> str:
    """One scene: what to look at, the film, and the command."""
    return f"""\
### {exhibit.title}

{exhibit.words}

{picture(exhibit)}

```
{exhibit.command("light")}
```
"""


def written() -> str:
    """docs/gallery.md."""
    parts = [HEAD]
    for title, exhibits in SECTIONS.items():
        parts += [f"## {title}\n", *map(entry, exhibits)]
    return "\n".join(parts)


def tidy() -> None:
    """Remove files that belong to no scene."""
    wanted = {ROOT / path for one in EXHIBITS for theme in THEMES for path in (one.film(theme), one.still(theme))}
    for path in set((ROOT / FOLDER).iterdir()) - wanted:
        path.unlink()


def main(names: list[str]) -> None:
    known = {exhibit.name: exhibit for exhibit in EXHIBITS}
    if odd := [name for name in names if name not in known]:
        sys.exit(f"There is no scene {odd[0]}. Choose from {', '.join(known)}.")
    logging.disable(logging.WARNING)  # Streamlit's own, about running without a browser
    (ROOT / FOLDER).mkdir(exist_ok=True)
    for exhibit in [known[name] for name in names] or EXHIBITS:
        for theme in THEMES:
            path = film(exhibit, theme)
            print(f"{path.relative_to(ROOT)}  {path.stat().st_size:,} bytes", flush=True)
    if not names:
        tidy()
    PAGE.write_text(written())


if __name__ == "__main__":
    main(sys.argv[1:])
