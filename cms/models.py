"""Pages that Wagtail edits: home, list of products, product page, plain page."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page


class HomePage(Page):
    """The front page."""

    headline = models.CharField(_("headline"), max_length=200)
    lead = models.CharField(_("lead"), max_length=400, blank=True)
    body = RichTextField(_("text"), blank=True)

    max_count = 1
    subpage_types = ["cms.ProductIndexPage", "cms.TextPage"]
    content_panels = [*Page.content_panels, FieldPanel("headline"), FieldPanel("lead"), FieldPanel("body")]


class ProductIndexPage(Page):
    """``/products/``: everything on sale."""

    intro = models.CharField(_("introduction"), max_length=400, blank=True)

    max_count = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.ProductPage"]
    content_panels = [*Page.content_panels, FieldPanel("intro")]


class ProductPage(Page):
    """The page of one software product, with its buy box."""

    software = models.OneToOneField(
        "plans.SoftwareProduct", verbose_name=_("product"), on_delete=models.PROTECT, related_name="page"
    )
    lead = models.CharField(_("lead"), max_length=400, blank=True)
    image = models.ForeignKey(
        "wagtailimages.Image", verbose_name=_("picture"), on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    body = RichTextField(_("description"), blank=True)
    how_it_works = RichTextField(_("how it works"), blank=True)
    requirements = RichTextField(_("requirements"), blank=True)

    parent_page_types = ["cms.ProductIndexPage"]
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        FieldPanel("software"),
        FieldPanel("lead"),
        FieldPanel("image"),
        FieldPanel("body"),
        FieldPanel("how_it_works"),
        FieldPanel("requirements"),
    ]


class TextPage(Page):
    """A plain page, such as contacts or how to buy."""

    body = RichTextField(_("text"), blank=True)

    parent_page_types = ["cms.HomePage", "cms.TextPage"]
    content_panels = [*Page.content_panels, FieldPanel("body")]
