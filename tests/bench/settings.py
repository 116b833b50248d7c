"""The demo's shop, configured as in production where it matters for speed: DEBUG off, no throttle in the way."""

from storefront.settings.demo import *  # noqa: F403
from storefront.settings.demo import THROTTLES

THROTTLES = dict.fromkeys(THROTTLES, "1000000/minute")
