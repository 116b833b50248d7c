"""A new product gets a draft of its page, ready to be written and published."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.models import Locale

from catalogue.plans.models import SoftwareProduct
from cms.models import ProductIndexPage, ProductPage


@hooks.register("after_create_snippet")
def draft_page(request: HttpRequest, instance: object) -> HttpResponse | None:
    """Create the draft and redirect to it, unless the user may not edit it."""
    index = ProductIndexPage.objects.filter(locale=Locale.get_default()).first()
    if not isinstance(instance, SoftwareProduct) or index is None:
        return None
    page = ProductPage(title=instance.title, software=instance, live=False)
    index.add_child(instance=page)
    page.save_revision(user=request.user)
    if not page.permissions_for_user(request.user).can_edit():
        return None
    messages.info(
        request,
        _(
            "Next step: this is the draft of the product's page. Describe the product and choose “Publish” to put it "
            "on sale."
        ),
    )
    return redirect("wagtailadmin_pages:edit", page.pk)
