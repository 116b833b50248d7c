"""Names and addresses of people, the same for the same number."""

from __future__ import annotations

FIRST = "Anna Peter Maria John Olga Ivan Elena Ahmed Chen Lucas Emma Noah Mia Liam Sofia Andrey Natalia Pavel".split()
SYLLABLES = "ka lo mer tin dor vel sha bri nov ski ber gar man tel ros win fal qui zan pet har lum".split()


def word(number: int, salt: int = 0) -> str:
    """Three syllables, the same for the same number."""
    mixed = (number * 2_654_435_761 + salt * 40_503) % 2**32
    return "".join(SYLLABLES[mixed // 22**place % 22] for place in range(3))


def email(number: int) -> str:
    return f"{word(number)}.{number}@{word(number, 1)}.com"


def name(number: int) -> str:
    return f"{FIRST[number % len(FIRST)]} {word(number).title()}"
