"""Every test starts with nobody having tried anything."""

import pytest

from storefront.core import throttle


@pytest.fixture(autouse=True)
def _fresh_throttles() -> None:
    throttle.reset()
