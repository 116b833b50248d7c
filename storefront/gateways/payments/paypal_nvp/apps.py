"""The two apps: django-oscar-paypal, made to run on today's Django, and our notes beside its rows."""

from __future__ import annotations

import logging

import django.conf.urls
import django.utils.encoding
from django.apps import AppConfig
from django.urls import re_path
from django.utils.translation import gettext_lazy as _

# The package's models and staff pages import these by their names of before Django 3 and 4. This module is imported
# before any module of models, so it is the place to give them back.
if not hasattr(django.utils.encoding, "python_2_unicode_compatible"):
    django.utils.encoding.python_2_unicode_compatible = lambda model: model  # type: ignore[attr-defined]
if not hasattr(django.conf.urls, "url"):
    django.conf.urls.url = re_path  # type: ignore[attr-defined]


class PayPalConfig(AppConfig):
    """The package itself. Its migrations made keys of ``AutoField``."""

    name = "paypal"
    label = "paypal"
    default_auto_field = "django.db.models.AutoField"

    def ready(self) -> None:
        from paypal import gateway

        from storefront.gateways.payments.paypal_nvp.post import post

        gateway.post = post
        # It writes whole requests to its log at DEBUG, and each declined card as an error; we log what matters.
        logging.getLogger("paypal.express").setLevel(logging.CRITICAL)


class PayPalNvpConfig(AppConfig):
    name = "storefront.gateways.payments.paypal_nvp"
    label = "paypal_nvp"
    verbose_name = _("PayPal, classic")
