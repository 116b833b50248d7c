"""What pages and snippets do when they are saved."""

from django.db.models.signals import post_delete, post_save
from wagtail.models import Site
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from catalogue.plans.models import Agreement
from cms import shell
from storefront.billing.models import Seller

for signal in (page_published, page_unpublished, page_slug_changed, post_page_move):
    signal.connect(shell.forget, dispatch_uid="site-shell")
for model in (Agreement, Seller, Site):
    post_save.connect(shell.forget, sender=model, dispatch_uid=f"site-shell-{model.__name__}")
    post_delete.connect(shell.forget, sender=model, dispatch_uid=f"site-shell-{model.__name__}")
