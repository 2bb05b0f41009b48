"""A page on its own: one HTML file with the player and a scene inside, alive from disk and without a network.

The player's modules become one script, each a function of its own in the order of the imports, so that it runs in every
browser, from ``file://`` and in a frame that may do nothing but run scripts. The policy in the page names the script
and the style by their digests: nothing else runs, and nothing is fetched.
"""

import base64
import hashlib
import json
import re
import tomllib
from html import escape
from pathlib import Path
from string import Template

from safetensors import SafetensorError

from cnnviz.export.bundle import STATIC, modules, variable
from cnnviz.export.bundle import style as style_of
from cnnviz.scenes.blob import Scene
from cnnviz.text import Message, _, spoken

PLAYERS = {"matrix": "matrix/matrix"}  # modules that play a scene, by what is seen, if it is not a layer at work
ROOT = Path(__file__).parents[2]
ENDS = re.compile(r"</?script|<!--|\r|\0", re.IGNORECASE)  # what would end a script in HTML, or change its digest

REUSE = Message("Made with cnnviz. Free to use, change and pass on; an input that is somebody's work stays theirs.")

STYLE = """
:root { color-scheme: light; $light }
:root[data-theme="dark"] { color-scheme: dark; $dark }
@media (prefers-color-scheme: dark) { :root:not([data-theme]) { color-scheme: dark; $dark } }
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 12px clamp(10px, 2vw, 28px) 20px; max-width: 1600px;
  font: 16px/1.5 system-ui, sans-serif; color: var(--st-text-color); background: var(--st-background-color);
}
header { display: flex; align-items: start; justify-content: space-between; gap: 12px; }
h1 { font-size: 1.35rem; line-height: 1.3; margin: 4px 0; overflow-wrap: anywhere; }
p { margin: 4px 0; overflow-wrap: anywhere; }
.settings { margin-bottom: 12px; }
.stages { display: flex; flex-wrap: wrap; gap: 24px; }
.stages > * { flex: 1 1 430px; min-width: min(100%, 430px); }
.settings span { margin-left: 0.8em; opacity: 0.75; }
footer { margin-top: 18px; padding-top: 8px; border-top: 1px solid var(--st-border-color); font-size: 14px; }
a { color: var(--st-link-color); }
#theme { flex: none; --line: var(--st-border-color); --accent: var(--st-primary-color); }
"""

START = """
const roots = [...document.querySelectorAll(".cnnviz")];
const page = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (page.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
const scenes = document.querySelectorAll(".scene");
roots.forEach((root, at) => {
  const text = atob(scenes[at].textContent);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  try {
    $player.play(root, bytes);
  } catch (error) {
    console.error(error);
    root.textContent = $failed.replace("{error}", () => error.message);
  }
});
const recolour = () => roots.forEach((root) => $player.recolour(root));
document.getElementById("theme").addEventListener("click", () => {
  page.dataset.theme = isDark() ? "light" : "dark";
  recolour();
});
system.addEventListener("change", recolour);
"""

BEGIN = Template("""\
<!DOCTYPE html>
<html lang="$language"$theme>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '$script_digest'; \
style-src '$style_digest'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="cnnviz">
<link rel="icon" href="data:image/png;base64,$icon">
<title>$title</title>
<style>$style</style>
</head>
<body>
<header>
<h1>$title</h1>
<button type="button" id="theme" class="small" title="$switch" aria-label="$switch">◐</button>
</header>
<noscript>$bare</noscript>
<main class="stages">$stages</main>
<footer>$words<p>$reuse</p></footer>
""")
STAGE = Template("""\
<section><p class="settings"><code>$call</code> <span>$shapes</span></p><div class="cnnviz"$role></div></section>""")
SCENE = b'<script type="application/octet-stream" class="scene">', b"</script>\n"
END = Template("""\
<script>$script</script>
</body>
</html>
""")


def page(
    blob: bytes, title: str, note: str = "", dark: bool | None = None, address: str = "", beside: bytes = b""
) -> bytes:
    """One HTML file in which a scene plays, or two under one playhead.

    Parameters
    ----------
    blob, beside : bytes
        As `Scene.to_bytes` gives it; the one beside may be none.
    title, note : str
        Above the player and below it, as plain text: they may hold the name of a stranger's file. The torch call and
        its shapes stand there anyway.
    dark : bool or None
        How it opens; None follows the reader's system. A switch on the page changes it.
    address : str
        Where it came from; a link if it is an address of the web.

    Raises
    ------
    ValueError
        If the blob is no scene, as that of the viewer is none.
    """
    blobs, roles = ([blob, beside], (' data-role="leads"', ' data-role="follows"')) if beside else ([blob], ("",))
    settings = [*map(settings_of, blobs)]
    player = PLAYERS.get(Scene.from_bytes(blob).meta["view"], "player/player")
    script, style = program(player), f"{look()}{style_of(STATIC / f'{player}.css')}"
    begin = BEGIN.substitute(
        theme="" if dark is None else f' data-theme="{"dark" if dark else "light"}"',
        script_digest=digest(script),
        style_digest=digest(style),
        icon=base64.b64encode((STATIC / "icon.png").read_bytes()).decode(),
        title=escape(title),
        style=style,
        stages="".join(
            STAGE.substitute(call=escape(call), shapes=escape(shapes), role=role)
            for (call, shapes), role in zip(settings, roles, strict=True)
        ),
        words=told(note, address),
        reuse=escape(str(REUSE)),
        switch=escape(_("Light or dark")),
        bare=escape(_("This page needs JavaScript, which stays inside it: nothing is fetched.")),
        language=spoken().code,
    )
    end = END.substitute(script=script)
    scenes = [part for one in blobs for part in (SCENE[0], base64.b64encode(one), SCENE[1])]
    return b"".join([begin.encode(errors="replace"), *scenes, end.encode()])  # a blob may be large


def settings_of(blob: bytes) -> tuple[str, str]:
    """The torch call of a scene and its shapes, from the words in its blob."""
    try:
        meta = Scene.from_bytes(blob).meta
        return str(meta["title"]), f"{meta['shapes']['input']} → {meta['shapes']['output']}"
    except (KeyError, TypeError, ValueError, SafetensorError):
        raise ValueError("This is no scene of the player: take the blob that Scene.to_bytes gives.") from None


def told(note: str, address: str) -> str:
    """Note and address as HTML; empty where there is nothing to say."""
    lines = [escape(line) for line in note.splitlines() if line.strip()]
    if address:
        shown = escape(address if len(address) <= 120 else f"{address[:119]}…")
        web = re.match(r"https?://", address)  # anything else might run a script
        lines.append(f'<a href="{escape(address)}" target="_blank" rel="noopener">{shown}</a>' if web else shown)
    return "".join(f"<p>{line}</p>" for line in lines)


def look() -> str:
    """The page's own style, with the app's colours under the names that Streamlit gives them."""
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
    return Template(STYLE).substitute({name: variables(theme[name]) for name in ("light", "dark")})


def variables(colours: dict[str, str]) -> str:
    """``backgroundColor`` is ``--st-background-color`` to a component."""
    named = {re.sub(r"([A-Z])", lambda big: f"-{big[1].lower()}", name): value for name, value in colours.items()}
    return " ".join(f"--st-{name}: {value};" for name, value in named.items())


def program(player: str = "player/player") -> str:
    """The player and what starts it, as one script."""
    failed = json.dumps(_("This page could not start: {error}", error="{error}"))
    start = START.replace("$player", variable(player)).replace("$failed", failed)
    whole = "\n".join(['"use strict";', *modules(player).values(), "{", start, "}"])
    if odd := ENDS.search(whole):
        raise ValueError(f"The player's modules hold {odd[0]!r}, which HTML does not let into a script: rewrite it.")
    return whole


def digest(content: str) -> str:
    """What a policy calls an element by, as W3C's Content Security Policy has it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"
