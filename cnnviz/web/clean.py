"""An address as it comes from strangers, mails and chats, made clean before anything reads it.

Pages and the command line read addresses through here, so no widget meets a number that is none, a word that mail
programs have added, or a text that is no text.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from math import isfinite
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

from cnnviz.content.address import LANG, MOST_KEY, MOST_KEYS, PACKED, STREAMLITS, LinkError, unpack
from cnnviz.text import _, both, some
from cnnviz.text.typed import shown

MOST_VALUE = 100_000  # characters: the longest text that any widget reads
MOST_DIGITS = 300  # in a row: no float has more before its point, and Python refuses to read 4,301
MOST_FIELDS = 1000  # of a whole address; Streamlit reads no more
TOLD = 3  # words of an address that a sentence names

# What mails, chats, searches and advertisements add to a link that is passed on.
TRACKERS = re.compile(
    r"utm_\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|ysclid|twclid|ttclid|li_fat_id|epik|rdt_cid|"
    r"mc_[ce]id|igsh(id)?|_g[al]|_hs(enc|mi)|__hs\w+|hsctatracking|mkt_tok|vero_\w+|oly_\w+_id|_openstat|srsltid|"
    r"s_cid|ref|ref_(src|url)|share_id|si|spm|trk|wt_\w+|cmpid|pk_\w+|mtm_\w+|matomo_\w+",
    re.IGNORECASE | re.ASCII,
)
NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
AMPERSAND = re.compile(r"(amp;)+", re.IGNORECASE)  # what is left of how HTML writes the sign between two words


@dataclass(frozen=True)
class Cleaned:
    """What an address says.

    Attributes
    ----------
    query : by name, each with one value
        What a page may read.
    dropped : by name
        What no setting can be; a name or value may be of any length and hold anything.
    repeated : by name
        Of words that came more than once with different values, the last, which is in `query` as well.
    unknown : by name
        The words that no setting of the page has, and which one may be meant; None where none is like it.
    """

    query: Mapping[str, str]
    dropped: Mapping[str, str] = field(default_factory=dict)
    repeated: Mapping[str, str] = field(default_factory=dict)
    unknown: Mapping[str, str | None] = field(default_factory=dict)

    def known_to(self, words: Collection[str]) -> "Cleaned":
        """What a page can take whose settings have these names."""
        query = {key: text for key, text in self.query.items() if key in words}
        odd: dict[str, str | None] = dict.fromkeys(key for key in self.query if key not in words)
        for key in [*odd][:TOLD]:
            odd[key] = next(iter(get_close_matches(key, words, n=1)), None)
        return replace(self, query=query, unknown=odd)

    def without(self, odd: Mapping[str, str]) -> "Cleaned":
        """The same, with these words dropped as well."""
        query = {key: text for key, text in self.query.items() if key not in odd}
        return replace(self, query=query, dropped={**self.dropped, **odd})

    def told(self, odd: Mapping[str, str]) -> str:
        """What was not taken as it was said, a sentence or two for each reason; empty if all was.

        `odd` is what widgets could not be, by name, besides what was dropped before.
        """
        return " ".join(
            filter(None, (refused({**self.dropped, **odd}), unknown(self.unknown), repeated(self.repeated)))
        )


def clean(said: Mapping[str, Sequence[str]]) -> Cleaned:
    """The words of an address with what cannot be taken apart; trackers' words are passed over.

    Examples
    --------
    >>> clean({"stride": ["2"], "amp;dilation": ["3"], "padding": ["inf"], "utm_source": ["mail"]})
    Cleaned(query={'stride': '2', 'dilation': '3'}, dropped={'padding': 'inf'}, repeated={}, unknown={})
    """
    values: dict[str, list[str]] = {}
    for key, texts in said.items():
        amp = AMPERSAND.match(key)
        values.setdefault(key[amp.end() :] if amp else key, []).extend(texts)
    query: dict[str, str] = {}
    dropped: dict[str, str] = {}
    repeated: dict[str, str] = {}
    for key, texts in values.items():
        if TRACKERS.fullmatch(key) or key.lower() in STREAMLITS:
            continue
        last = texts[-1] if texts else ""
        named = bool(key) and len(key) <= MOST_KEY and is_text(key) and len(query) < MOST_KEYS
        good = named and (key == PACKED or possible(last))  # `cnnviz.content.address` looks a packed one over
        (query if good else dropped)[key] = last
        if good and len(set(texts)) > 1:
            repeated[key] = last
    return Cleaned(query, dropped, repeated)


def possible(text: str) -> bool:
    """Can a setting be this?

    >>> possible("2.5"), possible("1 0 -1"), possible("1e999"), possible("nan"), possible("9" * 400)
    (True, True, False, False, False)
    """
    if len(text) > MOST_VALUE or not is_text(text) or re.search(rf"\d{{{MOST_DIGITS + 1}}}", text):
        return False
    with suppress(ValueError):
        return isfinite(float(text))
    return True


def is_text(text: str) -> bool:
    """No control characters but those between lines, and no half of a pair."""
    return not NO_TEXT.search(text)


def spread(said: Mapping[str, Sequence[str]]) -> Cleaned:
    """`clean`, with a packed state taken apart, which then is all that counts.

    Raises
    ------
    LinkError
        If what is packed is damaged.
    """
    found = clean(said)
    if PACKED not in found.query:
        return found
    asked = {LANG: found.query[LANG]} if LANG in found.query else {}  # whoever opens a link may add their language
    return clean(one_each(unpack(found.query[PACKED]) | asked))


def parts(address: str) -> tuple[SplitResult, dict[str, list[str]]]:
    """A whole address taken apart, and its query by name.

    Raises
    ------
    LinkError
        If it is none.
    """
    try:
        found = urlsplit(address)
        return found, parse_qs(found.query, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:  # brackets that hold no number of a host, or more fields
        raise LinkError(
            "“{address}” is no address with at most {most:,} settings.", address=shown(address), most=MOST_FIELDS
        ) from None


def tidied(address: str) -> str:
    """The same address without what is passed over or dropped; as it is, where that is nothing.

    >>> tidied("convolution?stride=2&amp;dilation=2&fbclid=x"), tidied("convolution?stride=2")
    ('convolution?stride=2&dilation=2', 'convolution?stride=2')
    """
    found, said = parts(address)
    query = clean(said).query
    return address if one_each(query) == said else found._replace(query=urlencode(query)).geturl()


def one_each(query: Mapping[str, str]) -> dict[str, list[str]]:
    """A query as a browser gives it, where each word comes once."""
    return {key: [text] for key, text in query.items()}


# --- words ---


def refused(odd: Mapping[str, str]) -> str:
    """What cannot be set, by name, in a sentence; empty if that is nothing."""
    if not odd:
        return ""
    told = some([f"{shown(key)} = {shown(text)}" for key, text in odd.items()])
    return _("The link says {told}, which cannot be set here: the default is used instead.", told=told)


def unknown(meant: Mapping[str, str | None]) -> str:
    """Names that no setting of a page has, in a sentence, and which may be meant; empty if there are none.

    >>> unknown({"dilatoin": "dilation"})
    'The link says dilatoin, which is no setting of this page: did you mean dilation?'
    """
    if not meant:
        return ""
    names = some([*map(shown, meant)])
    near = dict.fromkeys(one for one in [*meant.values()][:TOLD] if one)
    if near:
        return _(
            "The link says {names}, which is no setting of this page: did you mean {near}?",
            names=names,
            near=both(near),
        )
    return _("The link says {names}, which is no setting of this page: it is left out.", names=names)


def repeated(last: Mapping[str, str]) -> str:
    """What an address says more than once, in a sentence; empty if that is nothing."""
    if not last:
        return ""
    told = some([f"{shown(key)} = {shown(text)}" for key, text in last.items()])
    return _("The link says it more than once, and the last one stands: {told}.", told=told)
