"""A web process apart: reads addresses from standard input, one a line, and answers each with the page as JSON.

``python -m tests.cms.second_process DATABASE CACHE_FOLDER``. A line ``publish TITLE`` publishes the plain page under
that title.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import django
from django.conf import settings
from django.test.utils import setup_test_environment


def file_cache(folder: Path) -> dict[str, dict[str, str]]:
    """settings.CACHES of processes that share a cache."""
    return {"default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": str(folder)}}


def main(database: str, folder: str) -> None:
    settings.DATABASES["default"]["NAME"] = database
    settings.CACHES = file_cache(Path(folder))
    settings.PAGE_CACHE_SECONDS = 600
    django.setup()
    setup_test_environment()
    from django.test import Client

    from cms.models import TextPage

    for line in sys.stdin:
        command = line.strip()
        if command.startswith("publish "):
            page = TextPage.objects.get()
            page.title = command.removeprefix("publish ")
            page.save_revision().publish()
            answer = {}
        else:
            response = Client().get(command)
            answer = {"status": response.status_code, "html": response.content.decode()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
