from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SiteTextsConfig(AppConfig):
    name = "cms.site"
    label = "site_texts"
    verbose_name = _("Site")
