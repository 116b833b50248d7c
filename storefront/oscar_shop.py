"""Oscar's core app and its staff dashboard without their pages: none is mounted.

The dashboard's package is there because Django imports all template tags of the core app, and one library asks for its
menu; the parts of the dashboard are not installed.
"""

from oscar.apps.dashboard.apps import DashboardConfig
from oscar.config import Shop


class ShopConfig(Shop):
    def ready(self) -> None:
        """Oscar's own collects the apps whose pages it would mount."""
        import oscar.checks  # noqa: F401  (registers the checks)


class BareDashboardConfig(DashboardConfig):
    def ready(self) -> None:
        """Oscar's own collects the parts of the dashboard."""
