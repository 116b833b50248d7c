"""The reasons that customers choose from when they ask for a refund."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList
from wagtail.snippets.views.snippets import SnippetViewSet

from cms.edit_conflicts.views import OneEditorAtATime
from cms.shop.forms.languages import in_all_languages, side_by_side
from storefront.billing.models import RefundReason

_Texts = in_all_languages("RefundReasonTexts", title=forms.CharField(label=_("Reason"), max_length=120))


class RefundReasonForm(_Texts):  # type: ignore[misc, valid-type]
    pass


class RefundReasonViewSet(OneEditorAtATime, SnippetViewSet):
    model = RefundReason
    icon = "undo"
    menu_label = _("Reasons for refunds")
    list_display = ["__str__", "is_offered", "sort_order"]
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            side_by_side("title", help_text=_("As the customer reads it in the list.")),
            FieldRowPanel(
                [
                    FieldPanel("is_offered", help_text=_("Customers can choose it. Earlier requests keep it.")),
                    FieldPanel("sort_order", help_text=_("Smaller numbers stand first.")),
                ]
            ),
        ],
        base_form_class=RefundReasonForm,
    )
