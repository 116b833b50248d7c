"""Menu, footer, notices and the text of the missing page; and what the search finds."""

from cms.navigation.models.notices import Notice
from cms.navigation.models.search import SearchDocument
from cms.navigation.models.texts import Footer, Menu, NotFoundText

__all__ = ["Footer", "Menu", "NotFoundText", "Notice", "SearchDocument"]
