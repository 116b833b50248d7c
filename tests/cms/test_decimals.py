"""Numbers that marketers type: with a comma or a point, in every language of the back office."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from babel.numbers import format_decimal
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from wagtail.admin.forms import WagtailAdminModelForm

from catalogue.plans.models import Discount, Period, Plan
from cms.shop.chooser import NewProductForm
from cms.shop.forms.decimals import DecimalField

AMOUNTS = st.decimals(min_value=0, max_value=99_999_999, places=2)
FIELD = DecimalField(max_digits=12, decimal_places=2)


@given(AMOUNTS, st.sampled_from(["en", "ru", "de", "fr", "de_CH"]), st.sampled_from(["en", "ru"]), st.booleans())
def test_a_number_is_read_as_it_is_written_anywhere(
    amount: Decimal, writer: str, language: str, is_grouped: bool
) -> None:
    text = format_decimal(amount, "#,##0.00" if is_grouped else "0.00", locale=writer)
    with translation.override(language):
        assert FIELD.clean(text) == amount


@given(AMOUNTS, st.sampled_from(["en", "ru"]))
def test_what_a_form_shows_it_reads_again(amount: Decimal, language: str) -> None:
    with translation.override(language):
        assert FIELD.clean(FIELD.widget.format_value(amount)) == amount


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("en", "7,5", "7.5"),
        ("ru", "7,5", "7.5"),
        ("ru", "7.5", "7.5"),
        ("ru", " 1\u00a0234,5 ", "1234.5"),
        ("en", "0", "0"),
    ],
)
def test_examples(language: str, text: str, number: str) -> None:
    with translation.override(language):
        assert FIELD.clean(text) == Decimal(number)


@pytest.mark.parametrize(("language", "text"), [("en", "1,234"), ("ru", "1.234")])
def test_what_may_mean_two_numbers_is_asked_about(language: str, text: str) -> None:
    with translation.override(language), pytest.raises(ValidationError) as raised:
        FIELD.clean(text)
    assert raised.value.code == "ambiguous"


@pytest.mark.parametrize("text", ["12 50", "1.2.3", "1,23,4", "seven", "NaN", "7,5 EUR", "--1", ","])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        FIELD.clean(text)


@pytest.mark.parametrize("model", [Plan, Period, Discount])
def test_every_number_with_decimals_in_a_form_of_ours_is_such_a_field(model: type[models.Model]) -> None:
    numbers = [field.name for field in model._meta.fields if isinstance(field, models.DecimalField) and field.editable]
    meta = type("Meta", (WagtailAdminModelForm.Meta,), {"model": model, "fields": numbers})
    made = type("Form", (WagtailAdminModelForm,), {"Meta": meta})().fields
    assert numbers and all(isinstance(made[name], DecimalField) for name in numbers)
    assert isinstance(NewProductForm.base_fields["monthly_price"], DecimalField)


@pytest.mark.django_db
def test_a_marketer_writes_a_discount_with_a_comma(marketer: Any, shop: Any) -> None:
    period = Period.objects.get(software=None, months=3)
    address = f"/admin/snippets/plans/period/edit/{period.pk}/"
    assert 'inputmode="decimal"' in marketer.get(address).content.decode()
    marketer.post(address, {"months": "3", "discount_percent": "7,5", "is_active": "on"})
    period.refresh_from_db()
    assert period.discount_percent == Decimal("7.5")


def test_a_form_without_a_number_says_so() -> None:
    form = type("Form", (forms.Form,), {"price": DecimalField()})({"price": " "})
    assert form.errors["price"] == ["This field is required."]
