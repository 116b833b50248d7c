"""A customer who has one of each thing: as in the tests of the account."""

from tests.account.conftest import consent, invoice, license, short_timeouts

__all__ = ["consent", "invoice", "license", "short_timeouts"]
