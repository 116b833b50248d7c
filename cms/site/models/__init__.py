"""Menu, footer, notices and the text of the missing page; and what the search finds."""

from cms.site.models.frame import Footer, Menu, NotFoundText
from cms.site.models.notices import Notice
from cms.site.models.search import SearchDocument

__all__ = ["Footer", "Menu", "NotFoundText", "Notice", "SearchDocument"]
