"""Numbers as the player writes them: static/drawing/colour.js."""

from math import floor, isfinite, isnan, log10

MINUS = "−"


def brief(value: float, digits: int = 3) -> str:
    """A number as short as it can be read in a cell: at most `digits` significant ones.

    >>> brief(-0.123456), brief(20000.0), brief(0.00046), brief(0.00046, 2), brief(float("-inf"))
    ('−0.123', '20000', '4.6e−4', '5e−4', '−inf')
    """
    if isnan(value):
        return "nan"
    size = abs(value)
    if not isfinite(value):
        text = "inf"
    elif size == int(size) and size < 1e5:
        text = str(int(size))
    elif size >= 1e4 or size < 1e-3:
        text = power_of_ten(size, max(0, min(1, digits - 2)))
    else:
        text = trim(f"{size:.{max(0, min(3, digits - 1 - floor(log10(size))))}f}")
    return signed(value, text)


def exact(value: float) -> str:
    """A number as a sentence wants it: up to four places, whole numbers as they are.

    >>> exact(0.59091), exact(-2), exact(0.00001234)
    ('0.5909', '−2', '1.234e−5')
    """
    if not isfinite(value):
        return brief(value)
    size = abs(value)
    return signed(value, power_of_ten(size, 3) if size and (size < 1e-4 or size >= 1e7) else trim(f"{size:.4f}"))


def power_of_ten(size: float, digits: int) -> str:
    digit, exponent = f"{size:.{digits}e}".split("e")
    return f"{trim(digit)}e{int(exponent)}".replace("-", MINUS)


def trim(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def signed(value: float, text: str) -> str:
    return MINUS + text if value < 0 and text != "0" else text
