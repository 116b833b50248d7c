"""What names one person goes, what names another stays."""

from __future__ import annotations

import pytest

from storefront.core import scrubbing

ANN = "ann@acme.example"


@pytest.mark.parametrize("text", [
    "jo.ann@acme.example", "jo-ann@acme.example", "jo+ann@acme.example", "joann@acme.example",
    "ann@acme.example.org",
])  # fmt: skip
def test_anothers_address_stays_whole(text: str) -> None:
    found = scrubbing.pattern([ANN])
    assert found is not None and scrubbing.scrub({"to": text}, found) == {"to": text}


@pytest.mark.parametrize("text", ["%s", "<%s>", "Write to %s.", "- %s", "-%s", "mailto:%s, please", "'%s'", "(%s)"])
def test_the_address_goes_wherever_it_stands(text: str) -> None:
    found = scrubbing.pattern([ANN])
    assert found is not None and scrubbing.scrub(text % ANN.upper(), found) == text % scrubbing.OMITTED
