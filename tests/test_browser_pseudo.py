"""No word on screen escapes the catalogue: what a browser shows in the pseudo-language, shadow trees included."""

import re

import pytest
from playwright.sync_api import expect
from test_pseudo import TORCHS, words

from cnnviz.inputs.events import HEARD
from cnnviz.scenes.query.labels import label
from cnnviz.text import speaking
from cnnviz.text.catalogue import OPEN

pytestmark = pytest.mark.browser

# Torch's own names and code, formulas, and the names of knobs.
SKIP = "code, pre, math, .katex, script, style, [data-testid=stHeader], [data-testid=stToolbar]"
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
    "|Choose an option|qr_code_2|[a-z]+_[a-z_]+"  # names of icons
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
    return bool(NAMES.fullmatch(text) or STREAMLITS.fullmatch(text) or text in TORCHS)


def test_choices_of_another_language_stand_in_the_address_in_english(screen):
    page = screen.page
    page.goto(f"{screen.url}/convolution?input=ramp&lang=en-XA")
    with speaking("en-XA"):
        ramp, digit, forward, code = map(label, ("ramp", "digit", "forward", "Code"))
    expect(screen.knob("input")).to_have_value(ramp)
    screen.choose("input", digit)  # as the page begins, which the address does not say
    page.wait_for_url(lambda url: "input" not in url)
    screen.choose("input", ramp)
    page.wait_for_url(re.compile("input=ramp"))
    page.get_by_role("radio", name="dX", exact=True).click()  # the stage alone is drawn, and the knobs
    page.wait_for_url(re.compile("pass=dX"))
    page.get_by_role("radio", name=forward).click()
    page.wait_for_url(lambda url: "pass" not in url)
    page.get_by_role("tab", name=code).click()
    page.wait_for_url(re.compile("tab=Code"))
    page.reload()
    expect(page.get_by_role("tab", name=code)).to_have_attribute("aria-selected", "true")
    expect(screen.knob("input")).to_have_value(ramp)
