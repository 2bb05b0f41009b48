"""Numbers on pictures of maps, as the player writes them in cells: static/drawing/colour.js."""

from math import floor, isfinite, isnan, log10

MINUS = "−"


def brief(value: float, digits: int = 3) -> str:
    """A number as short as it can be read: at most `digits` significant ones.

    >>> brief(-0.123456), brief(20000.0), brief(0.00046), brief(float("-inf")), brief(2)
    ('−0.123', '20000', '4.6e−4', '−inf', '2')
    """
    size = abs(value)
    if isnan(value):
        return "nan"
    if not isfinite(value):
        text = "inf"
    elif size == int(size) and size < 1e5:
        text = str(int(size))
    elif size >= 1e4 or size < 1e-3:
        digit, exponent = f"{size:.1e}".split("e")
        text = f"{trim(digit)}e{int(exponent)}".replace("-", MINUS)
    else:
        text = trim(f"{size:.{max(0, min(3, digits - 1 - floor(log10(size))))}f}")
    return MINUS + text if value < 0 and text != "0" else text


def trim(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
