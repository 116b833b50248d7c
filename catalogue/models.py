from oscar.apps.catalogue.abstract_models import AbstractProduct

from catalogue.addresses import product_path


class Product(AbstractProduct):
    """Oscar's product, unchanged in the database; its page is the Wagtail page of the same slug."""

    def get_absolute_url(self) -> str:
        slug = self.parent.slug if self.is_child else self.slug
        return product_path(slug)


from oscar.apps.catalogue.models import *  # noqa: E402, F403  (Oscar's rule: ours first, then the rest)
