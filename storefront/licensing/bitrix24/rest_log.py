"""The log of what we say to Bitrix24, which its market's rules ask for: masked, for settings.BITRIX24_LOG_DAYS days."""

from __future__ import annotations

import logging

from django.db import DatabaseError, transaction

from storefront.gateways.bitrix24.exchanges import Exchange
from storefront.licensing.models import PortalExchange

logger = logging.getLogger(__name__)


def keep(exchange: Exchange) -> None:
    """Write one exchange down. A database that is away stops no call: what was said is lost to the log then."""
    try:
        with transaction.atomic():
            PortalExchange.objects.create(
                host=exchange.host[:255],
                method=exchange.method[:100],
                request=exchange.request,
                status=exchange.status,
                answer=exchange.answer,
                fault=exchange.fault[:64],
                milliseconds=round(exchange.seconds * 1000),
            )
    except DatabaseError:
        logger.warning("an exchange with Bitrix24 could not be logged: %s", exchange.method)
