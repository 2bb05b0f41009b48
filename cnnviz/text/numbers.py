"""Numbers as the language writes them. Shapes and code are torch's own, and stay as they are."""

from math import floor, isfinite, isnan, log10

from cnnviz.text.language import spoken
from cnnviz.text.message import _, marked

MINUS = "−"


def number(value: float, spec: str = ",") -> str:
    """A number by a format of Python's.

    >>> number(1234567), number(0.256, ".1f"), number(0.256, ".0%")
    ('1,234,567', '0.3', '26\\xa0%')
    """
    return marked(format(value, spec), spoken())


def measured(value: float) -> str:
    """A value of a tensor in a sentence, to four digits, with the minus that stands on the stage.

    >>> measured(-0.21784), measured(1e-5)
    ('−0.2178', '1e−05')
    """
    return number(value, ".4g").replace("-", MINUS)


def brief(value: float, digits: int = 3) -> str:
    """A number on a picture, as static/words/numbers.js writes it: at most `digits` significant ones.

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
    return (MINUS if value < 0 and text != "0" else "") + marked(text, spoken())


def trim(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def milliseconds(seconds: float, digits: int = 0) -> str:
    """Seconds in ms.

    >>> milliseconds(0.0123), milliseconds(0.0123, 1)
    ('12 ms', '12.3 ms')
    """
    return _("{time:,.{digits}f} ms", time=1000 * seconds, digits=digits)
