"""No word on screen escapes the catalogue: what a browser shows in the pseudo-language, shadow trees included."""

import re

import pytest
from test_pseudo import words

from cnnviz.inputs.events import HEARD
from cnnviz.text.catalogue import OPEN

pytestmark = pytest.mark.browser

# Torch's own names and code, formulas, and words of the address, which are the same in every language: tabs, options,
# and the names of knobs.
SKIP = (
    "code, pre, math, .katex, script, style, [role=tab], [data-baseweb=select], [data-baseweb=button-group],"
    " [role=radiogroup], [data-testid=stHeader], [data-testid=stToolbar], [data-testid=stSelectbox] [role=combobox]"
)
SAID = """(skip) => {
  const said = [];
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) said.push(["text", node.textContent.trim()]);
    if (node.nodeType !== Node.ELEMENT_NODE && node.nodeType !== Node.DOCUMENT_FRAGMENT_NODE) return;
    if (node.matches?.(skip) || node.hidden) return;
    for (const name of ["aria-label", "title", "placeholder", "alt"]) {
      const value = node.getAttribute?.(name);
      if (value) said.push([name, value]);
    }
    for (const child of [...(node.shadowRoot?.childNodes ?? []), ...node.childNodes]) walk(child);
  };
  for (const part of document.querySelectorAll("[data-testid=stMain], [data-testid=stSidebar]")) walk(part);
  return said.filter(([, text]) => text);
}"""
# Of knobs, stages and files, torch's calls, and the classes of a data set.
CLASSES = f"(?:{'|'.join(HEARD)})"
NAMES = re.compile(
    rf"[a-z_]+\d*(_\d+)?( \[s\])?|torch\.manual_seed|[\w-]+\.\w+|nn\.\w+\(.*\)|{CLASSES}(?:, {CLASSES})*"
)
STREAMLITS = re.compile(
    "Increment|Decrement|Copy to clipboard|Collapse sidebar|Open|Sidebar|Search|Fullscreen|Show/hide columns"
    "|Upload|file upload|[0-9]+MB per file.*|Download as CSV|Link to heading|(info|warning) icon"
    "|qr_code_2|[a-z]+_[a-z_]+"  # names of icons
)
PREFIX = re.compile("Help for |Fullscreen: |Selected ")  # Streamlit's own, before a label
ADDRESSES = {
    "home": "",
    "player": "convolution?input=ramp&stride=2",
    "matrix": "matrix?out_channels=2&kernel=random&form=dX&step=2",
    "error": "convolution?input=ramp&input_size=2",
    "share": "pooling?input=ramp&tab=Share",
    "gate": "gating?maps=2&compare=ReLU",
    "viewer": "spectrogram?sound=chirp",
    "network": "network?preset=LeNet-5",
    "output size": "output_size?size=7",
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_every_word_on_screen_stands_in_brackets(name, screen):
    address, page = ADDRESSES[name], screen.page
    page.goto(f"{screen.url}/{address}{'&' if '?' in address else '?'}lang=en-XA")
    screen.wait_idle()
    said = page.evaluate(SAID, SKIP)
    # a sentence with code in it is several texts, one after the other, with a bracket at either end
    shown = "\n".join(text for kind, text in said if kind == "text" and not allowed(text))
    told = [text for kind, text in said if kind != "text" and not allowed(PREFIX.sub("", text))]
    assert OPEN in shown
    assert " ".join(words(shown)) == ""
    assert "\n".join(text for text in told if words(PREFIX.sub("", text))) == ""


def allowed(text: str) -> bool:
    return bool(NAMES.fullmatch(text) or STREAMLITS.fullmatch(text))
