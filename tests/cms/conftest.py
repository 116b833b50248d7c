from __future__ import annotations

from typing import Any

import pytest

from cms.groups import ensure_marketers
from storefront.users.models import User


@pytest.fixture
def marketer(client: Any, shop: Any) -> Any:
    """The client, logged in as somebody of the group Marketers."""
    user = User.objects.create_user(email="marketer@example.com", password="correct horse battery")
    user.groups.add(ensure_marketers())
    client.force_login(user)
    return client
