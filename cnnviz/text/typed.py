"""What somebody typed, on its way into numbers and into sentences."""

MOST_ZEROS = 20  # before a number that is typed
SHOWN = 30  # characters of a word that a sentence repeats


def counted(word: str, least: int, most: int) -> int | None:
    """A whole number that was typed, if it lies in these bounds; Python itself refuses to read 5,000 digits.

    >>> counted(" 12 ", 1, 64), counted("65", 1, 64), counted("9" * 5000, 1, 64), counted("x", 1, 64)
    (12, None, None, None)
    """
    word = word.strip()
    number = int(word) if word.isdecimal() and len(word) <= len(str(most)) + MOST_ZEROS else -1
    return number if least <= number <= most else None


def shown(text: str) -> str:
    """A stranger's word as a sentence may hold it: short, and every character to be seen.

    >>> shown("1" * 40), shown("a\\0b"), shown("")
    ('111111111111111111111111111111', 'aU+0000b', 'nothing')
    """
    return "".join(one if one.isprintable() else f"U+{ord(one):04X}" for one in text[:SHOWN]) or "nothing"
