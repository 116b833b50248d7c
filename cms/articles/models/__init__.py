from cms.articles.models.contact import ContactPage
from cms.articles.models.help import HelpIndexPage, HelpPage, HelpTopicPage
from cms.articles.models.news import NewsIndexPage, NewsPage
from cms.articles.models.payment_methods import PaymentMethodsPage
from cms.articles.models.votes import HelpVotes

__all__ = [
    "ContactPage", "HelpIndexPage", "HelpPage", "HelpTopicPage", "HelpVotes", "NewsIndexPage", "NewsPage",
    "PaymentMethodsPage",
]  # fmt: skip
