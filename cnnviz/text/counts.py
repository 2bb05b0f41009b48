"""How large a count is, for people who do not read its digits."""

from cnnviz.text.message import _
from cnnviz.text.numbers import number

LEAST = 100  # below it the digits say it well enough
LARGEST = 10**18


def in_words(count: int) -> str:
    """A count with two significant digits; exact below 100.

    Parameters
    ----------
    count : int >= 0

    Examples
    --------
    >>> in_words(61_100_840), in_words(138_357_544), in_words(312), in_words(42)
    ('about 61 million', 'about 140 million', 'about 310', '42')
    >>> in_words(1_135_256_096), in_words(73_792), in_words(1_234)
    ('about 1.1 billion', 'about 74,000', 'about 1,200')
    """
    if count < LEAST:
        return str(count)
    digits = len(str(count)) - 2
    count = (count + 5 * 10 ** (digits - 1)) // 10**digits * 10**digits  # halves up; 99,600 becomes 100,000
    if count >= LARGEST:
        return _("about ten to the power of {power}", power=len(str(count)) - 1)
    if count >= 10**12:
        return _("about {number} trillion", number=scaled(count, 10**12))
    if count >= 10**9:
        return _("about {number} billion", number=scaled(count, 10**9))
    if count >= 10**6:
        return _("about {number} million", number=scaled(count, 10**6))
    return _("about {number}", number=number(count))


def scaled(count: int, unit: int) -> str:
    """So many units, with a decimal where it is not a whole number."""
    return number(count / unit, ",.1f" if count % unit else ",.0f")
