"""Pages, agreements and menus that are published or taken back at a time an editor has set."""

from __future__ import annotations

from django.core.management import call_command


def publish_due() -> None:
    """Publish and unpublish what is due, by Wagtail's own command. Idempotent; several workers may call it at once."""
    call_command("publish_scheduled", verbosity=0)
