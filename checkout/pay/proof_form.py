"""The form by which a buyer sends a payment proof: on the page of the transfer, and in their account."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.billing.errors import BillingError, NotPayable
from storefront.billing.models import Invoice
from storefront.billing.transfers.models import ProofSource
from storefront.billing.transfers.services import proofs
from storefront.core.uploads import checking, refusals, scanning
from storefront.core.uploads.checking import CheckedFile
from storefront.core.uploads.refusals import Refused

ACCEPT = "application/pdf,image/png,image/jpeg,image/webp"


class ProofForm(forms.Form):
    """One file; ``cleaned_data["file"]`` is a CheckedFile."""

    file = forms.FileField(
        label=gettext_lazy("Payment order or receipt of your bank"),
        help_text=gettext_lazy("A PDF or a picture, at most 10 MB. Only our accountants see it."),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
        error_messages={
            "required": gettext_lazy("Choose a file first."),
            "empty": gettext_lazy("This file is empty. Choose another one."),
        },
    )

    def clean_file(self) -> CheckedFile:
        upload = self.cleaned_data["file"]
        name = upload.name or ""
        try:
            if upload.size > checking.MOST_BYTES:
                raise Refused(refusals.TOO_LARGE, checking.plain_name(name))
            file = checking.check(name, upload.read(checking.MOST_BYTES + 1))
            if file.content_type not in proofs.TYPES:
                raise ValidationError(proofs.ProofRefused.message)
            scanning.scan(file)
        except Refused as refusal:
            raise ValidationError(refusal.message) from None
        return file

    def send(self, request: HttpRequest, invoice: Invoice, source: ProofSource) -> bool:
        """Keep the file of a valid form with an unpaid invoice. False where it is not taken, with an error at the
        field. Raises NotPayable."""
        try:
            proofs.add(invoice=invoice, file=self.cleaned_data["file"], source=source)
        except NotPayable:
            raise
        except BillingError as exc:
            self.add_error("file", str(exc))
            return False
        messages.success(request, _("Thank you. We have your file and will look at it on the next working day."))
        return True
