"""How the demo's seller issues documents (settings.DEMO_PARTS): with a drawn logo, seal and signature."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from storefront.billing.documents import pictures
from storefront.billing.documents.models import (
    ActOnPaper,
    DocumentRequest,
    DocumentSettings,
    PictureRole,
    RequestStatus,
)
from storefront.billing.documents.sellers import seller_of
from storefront.core import clock
from storefront.users.models import User

#: Documents of older orders are not made: the worker of a demo that has just begun has other things to do.
RECENT = timedelta(days=4)


def load(author: User, customer: User) -> None:
    """Once."""
    seller = seller_of(None)
    if seller is None or DocumentSettings.objects.filter(seller=seller).exists():
        return
    row = DocumentSettings(
        seller=seller, director="John Northbridge", director_post="Director", act_on_paper=ActOnPaper.OFFERED,
        second_language="ru",
    )  # fmt: skip
    for role in PictureRole:
        drawn = (settings.BASE_DIR / "fixtures" / "demo" / "seals" / f"{role}.svg").read_bytes()
        drawing = pictures.read(f"{role}.svg", drawn, role)
        setattr(row, str(role), pictures.keep(drawing, seller=seller, role=role, by=author))
    row.save()
    old = DocumentRequest.objects.filter(invoice__issued_at__lt=clock.now() - RECENT)
    old.exclude(customer=customer).update(status=RequestStatus.NOT_NEEDED)
