"""Counts said in words."""

NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
    "twenty thirty forty fifty sixty seventy eighty ninety",
)


UNITS, TENS = (line.split() for line in NUMBERS)
SCALES = ("", " thousand", " million", " billion", " trillion", " quadrillion", " quintillion", " sextillion")


def in_words(number: int) -> str:
    """How large a count is, said in words: exact below 100, and with two significant digits at most above.

    Parameters
    ----------
    number : int >= 0

    Examples
    --------
    >>> in_words(61_100_840), in_words(138_357_544), in_words(312), in_words(42)
    ('about sixty-one million', 'about one hundred and forty million', 'about three hundred and ten', 'forty-two')
    >>> in_words(1_135_256_096), in_words(73_792), in_words(1_234)
    ('about one point one billion', 'about seventy-four thousand', 'about one thousand two hundred')
    """
    if number < 100:
        return spelled(number)
    digits = len(str(number)) - 2
    number = (number + 5 * 10 ** (digits - 1)) // 10**digits * 10**digits  # halves up; 99,600 becomes 100,000
    scale = (len(str(number)) - 1) // 3
    if scale >= len(SCALES):
        return f"about ten to the power of {len(str(number)) - 1}"
    whole, rest = divmod(number, 1000**scale)
    if scale == 1 and rest:
        return f"about {spelled(whole)} thousand {spelled(rest)}"  # nobody says one point two thousand
    tenth = f" point {spelled(10 * rest // 1000**scale)}" if rest else ""
    return f"about {spelled(whole)}{tenth}{SCALES[scale]}"


def spelled(number: int) -> str:
    """A number below 1000.

    >>> spelled(140), spelled(61), spelled(300)
    ('one hundred and forty', 'sixty-one', 'three hundred')
    """
    hundreds, rest = divmod(number, 100)
    tens, units = divmod(rest, 10)
    low = UNITS[rest] if rest < 20 else TENS[tens - 2] + (f"-{UNITS[units]}" if units else "")
    if not hundreds:
        return low
    return f"{UNITS[hundreds]} hundred" + (f" and {low}" if rest else "")
