"""Menu, footer, notices and the text of the missing page. The label of this app also owns the table of the search."""

from cms.navigation.models.notices import Notice
from cms.navigation.models.texts import Footer, Menu, NotFoundText
from cms.search.models import SearchDocument

__all__ = ["Footer", "Menu", "NotFoundText", "Notice", "SearchDocument"]
