"""Licenses tied to nothing: they work, and their time runs, from the payment on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from storefront.core import clock, states
from storefront.licensing.bindings.base import Binding, Step
from storefront.licensing.models import License
from storefront.licensing.services import periods
from storefront.licensing.states import LICENSE_TRANSITIONS, LicenseStatus


class NoBinding(Binding):
    kind: ClassVar[str] = "none"

    def steps(self) -> Sequence[Step]:
        return (
            Step(
                _("Choose and pay"),
                _(
                    "You choose how to pay: the page shows all ways there are. Its link also waits in your mail and in "
                    "your account."
                ),
            ),
            Step(
                _("Use your license"),
                _("It appears in your account as soon as the payment has arrived, and we send it by mail."),
            ),
        )

    def beginning_text(self, *, at_payment: bool) -> str:
        return _("Its time begins with the payment.")

    def new_license(self, address: str) -> dict[str, Any]:
        return {"status": LicenseStatus.ACTIVE}

    def resume(self, license: License) -> bool:
        states.apply(license, LicenseStatus.ACTIVE, table=LICENSE_TRANSITIONS)
        periods.lay(license, clock.now())
        return True

    def mail_text(self, license: License) -> str:
        return _("It is active.")
