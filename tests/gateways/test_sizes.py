"""The table of docs/payment-gateways.md says how large the gateways are, to within a tenth."""

from __future__ import annotations

from tests.gateways.sizes import sizes, told


def test_the_table_names_every_gateway_with_its_size() -> None:
    page = told()
    assert page.keys() == {each.name for each in sizes()}, "python -m tests.gateways.sizes writes it anew"
    for each in sizes():
        for ours, theirs in ((page[each.name].code, each.code), (page[each.name].stand_in, each.stand_in)):
            assert abs(ours - theirs) <= max(theirs // 10, 20), f"{each}: python -m tests.gateways.sizes"


def test_the_smallest_one_is_the_work_of_an_afternoon() -> None:
    assert sizes()[0].code < 800
