"""A WSGI application that answers with the visitor's address and the path, as the shop's pages see them."""

from __future__ import annotations

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest

settings.configure(TRUSTED_PROXIES=["127.0.0.1"], DEFAULT_CHARSET="utf-8")
django.setup()

from storefront.core import visitor  # noqa: E402  (it reads the settings)


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    request = WSGIRequest(environ)
    return [f"{visitor.client_address(request)} {request.path}".encode()]
