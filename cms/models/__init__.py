"""Pages that Wagtail edits: home, list of products and its categories, product page, plain page."""

from cms.models.approval import ApprovalByAnother
from cms.models.home import HomePage, TextPage
from cms.models.product import ProductPage
from cms.models.products import CategoryPage, ProductIndexPage

__all__ = ["ApprovalByAnother", "CategoryPage", "HomePage", "ProductIndexPage", "ProductPage", "TextPage"]
