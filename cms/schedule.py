"""Pages, agreements, menus and notices that are published or taken back at a time an editor has set."""

from __future__ import annotations

from django.core.management import call_command


def publish_due() -> None:
    """Wagtail's own command: whatever's time has come. Safe to repeat, and for several workers at once."""
    call_command("publish_scheduled", verbosity=0)
