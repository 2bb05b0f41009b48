"""Numbers as the language writes them. Shapes and code are torch's own, and stay as they are."""

from cnnviz.text.language import spoken
from cnnviz.text.message import _, marked


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
    return number(value, ".4g").replace("-", "−")


def milliseconds(seconds: float, digits: int = 0) -> str:
    """Seconds in ms.

    >>> milliseconds(0.0123), milliseconds(0.0123, 1)
    ('12 ms', '12.3 ms')
    """
    return _("{time:,.{digits}f} ms", time=1000 * seconds, digits=digits)
