"""Names of payers as banks print them: capitals, cut, in Latin letters, without their legal form."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz import fuzz

LATIN = dict(
    zip(
        "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ",
        "A B V G D E E ZH Z I I K L M N O P R S T U F KH TS CH SH SHCH _ Y _ E YU YA".split(),
        strict=True,
    )
)
#: Legal forms and titles: they say nothing about who it is.
FORMS = frozenset(
    (
        "OOO AO OAO ZAO PAO IP TOO OU GMBH UG AG KG OHG GBR EK EV MBH CO COMPANY LTD LIMITED LLC INC CORP PLC BV NV SA"
        " SAS SARL SRL SPA SP Z O SPZOO SRO AS OY AB APS UND AND I DR FRAU HERR MR MRS MS INDIVIDUALNYI PREDPRINIMATEL"
        " OBSHCHESTVO S OGRANICHENNOI OTVETSTVENNOSTYU D"
    ).split()
)
#: From this likeness on, in percent, a name counts as the payer's.
LIKE = 80


@lru_cache(maxsize=20_000)
def tokens(name: str) -> frozenset[str]:
    """Its words in plain Latin capitals, without forms; ``ae``, ``oe``, ``ue`` as the plain vowel."""
    capitals = name.upper().replace("ß", "SS")
    latin = "".join(LATIN.get(each, each) for each in capitals).replace("_", "")
    plain = "".join(c for c in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(c))
    words = re.split(r"[^A-Z0-9]+", re.sub(r"([AOU])E", r"\1", plain.replace(".", "")))
    return frozenset(each for each in words if len(each) > 1 and each not in FORMS)


def likeness(one: str, other: str) -> int:
    """0 to 100; 0 where one of them says nothing."""
    mine, theirs = tokens(one), tokens(other)
    if not mine or not theirs:
        return 0
    if mine == theirs:
        return 100
    left, right = " ".join(sorted(mine)), " ".join(sorted(theirs))
    if mine <= theirs or theirs <= mine:
        return 95 if max(map(len, mine & theirs)) > 3 else 70
    return int(max(fuzz.ratio(left, right), fuzz.token_sort_ratio(left, right)))
