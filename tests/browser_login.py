"""Somebody's log-in, carried from Django's test client to a real browser: its form is tested elsewhere, once."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.test import Client
from playwright.sync_api import BrowserContext


def carry(client: Client, context: BrowserContext, url: str) -> None:
    """The browser is whoever ``client`` is, at ``url``."""
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


def log_in(user: AbstractBaseUser, context: BrowserContext, url: str) -> None:
    """The browser is ``user``, in a new session."""
    client = Client()
    client.force_login(user)
    carry(client, context, url)
