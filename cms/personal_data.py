"""Pages and pictures are made by staff: who made what is no customer's."""

from __future__ import annotations

from storefront.core.personal_data import Room

_BY_STAFF = "who of staff made, changed or locked it"
_OWN_PAGES = (
    "cms.CategoryPage", "cms.HomePage", "cms.ProductIndexPage", "cms.ProductPage", "cms.TextPage",
    "articles.ContactPage", "articles.HelpIndexPage", "articles.HelpPage", "articles.HelpTopicPage",
    "articles.NewsIndexPage", "articles.NewsPage", "articles.PaymentMethodsPage",
)  # fmt: skip
_WAGTAILS = (
    "wagtailadmin.EditingSession", "wagtailadmin.FormState", "wagtailcore.Comment", "wagtailcore.CommentReply",
    "wagtailcore.Page", "wagtailcore.PageLogEntry", "wagtailcore.PageSubscription", "wagtailcore.Revision",
    "wagtailcore.TaskState", "wagtailcore.UploadedFile", "wagtailcore.WorkflowState", "wagtaildocs.Document",
    "wagtailimages.Image", "wagtail_localize.SegmentOverride", "wagtail_localize.StringTranslation",
)  # fmt: skip

ROOM = Room(not_personal=dict.fromkeys((*_OWN_PAGES, *_WAGTAILS), _BY_STAFF))
