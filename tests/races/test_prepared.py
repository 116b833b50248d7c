"""Queries that are compiled once answer on PostgreSQL what they answer on SQLite, and so do the pages made of them."""

from __future__ import annotations

import pytest

from tests.cms.test_blocks import (
    page,  # noqa: F401  (a fixture of the tests that run here too)
    test_comparison_shows_what_the_cart_charges_now,  # noqa: F401
    test_every_kind_of_block_is_shown,  # noqa: F401
    test_related_products_follow_price_category_and_choice,  # noqa: F401
)
from tests.cms.test_pages import (
    test_address_of_the_page_chooses_type_and_period,  # noqa: F401
    test_product_page_shows_every_type_and_period_with_its_price,  # noqa: F401
)
from tests.core.test_prepared import (
    invoices,  # noqa: F401  (a fixture)
    test_rows_are_those_of_the_queryset_with_the_same_types,  # noqa: F401
    test_texts_are_compared_as_they_are,  # noqa: F401
    test_what_is_selected_only_to_sort_by_is_not_in_the_rows,  # noqa: F401
)

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
