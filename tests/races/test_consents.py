"""The tests of frozen consents, on PostgreSQL."""

from tests.checkout.test_frozen_consents import (  # noqa: F401  (they run here too)
    consent,
    frozen,
    test_what_was_agreed_to_is_never_changed,
    test_what_was_agreed_to_is_never_deleted,
)
