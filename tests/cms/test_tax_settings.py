"""Tax in the menu 'Shop': the table of rates, and the settings of the seller."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import NoReverseMatch, reverse

from storefront.billing.models import Seller, TaxRate
from storefront.billing.tax import shipped_rates
from storefront.users import roles
from storefront.users.models import User
from tests.backoffice.conftest import show_password_again

RATES = "wagtailsnippets_billing_taxrate"


@pytest.fixture
def accountant(marketer: Any) -> Any:
    TaxRate.objects.all().delete()
    shipped_rates.load(TaxRate)
    User.objects.get(email="marketer@example.com").groups.add(roles.ensure_role(roles.ACCOUNTING))
    show_password_again(marketer)
    return marketer


def rate(**fields: str) -> dict[str, str]:
    return {"country": "DE", "kind": "vat", "rate": "20", "valid_from": "2027-01-01", "valid_to": ""} | fields


def test_a_new_rate_is_added_and_ends_the_one_before(accountant: Any) -> None:
    assert accountant.post(reverse(f"{RATES}:add"), rate()).status_code == 302
    assert TaxRate.objects.get(country="DE", rate=19).valid_to == date(2026, 12, 31)
    page = accountant.get(reverse(f"{RATES}:list"), {"country": "DE"}).content.decode()
    assert "Germany" in page and "20%" in page


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"valid_from": "2027-03-01"}, "valid_from", "days without a rate"),
        ({"valid_from": "2026-12-01"}, "valid_from", "Two rates would apply"),
        ({"rate": "119"}, "rate", "less than or equal to 99"),
        ({"country": "ZZ"}, "country", "not the code of a country"),
        ({"country": ""}, "country", "required"),
        ({"region": "PT-20"}, "region", "another country"),
        ({"region": "PT-99", "country": "PT"}, "region", "not one of the available choices"),
    ],
)
def test_a_wrong_rate_is_refused_at_its_field(accountant: Any, fields: dict[str, str], field: str, words: str) -> None:
    TaxRate.objects.filter(country="DE").update(valid_to=date(2026, 12, 31))
    errors = accountant.post(reverse(f"{RATES}:add"), rate(**fields)).context["form"].errors
    assert set(errors) == {field} and words in str(errors[field])


@pytest.mark.parametrize(
    ("country", "regime", "is_refused"),
    [("FR", "vat", True), ("KZ", "fixed", True), ("KZ", "vat", False), ("FR", "none", False)],
)
def test_the_last_rate_of_a_tax_that_is_charged_does_not_end(
    accountant: Any, shop: Any, country: str, regime: str, is_refused: bool
) -> None:
    """No cart could say what it costs from the day after on."""
    Seller.objects.update(tax_regime=regime, country="KZ" if regime == "fixed" else "DE")
    last, _made = TaxRate.objects.get_or_create(
        country=country, valid_to=None, defaults={"rate": 12, "valid_from": date(2026, 1, 1)}
    )
    ending = rate(country=country, rate="12", valid_from=last.valid_from.isoformat(), valid_to="2026-12-31")
    answer = accountant.post(reverse(f"{RATES}:edit", args=[last.pk]), ending)
    assert answer.status_code == (200 if is_refused else 302)
    assert not is_refused or "leave the end empty" in str(answer.context["form"].errors["valid_to"])


def test_a_rate_of_a_tax_that_is_charged_is_not_deleted(admin_client: Any, shop: Any) -> None:
    TaxRate.objects.all().delete()
    shipped_rates.load(TaxRate)
    Seller.objects.update(tax_regime="vat", country="DE")
    show_password_again(admin_client)
    for country, is_kept in (("FR", True), ("KZ", False)):
        TaxRate.objects.get_or_create(country=country, defaults={"rate": 16, "valid_from": date(2026, 1, 1)})
        row = TaxRate.objects.get(country=country)
        admin_client.post(reverse(f"{RATES}:delete", args=[row.pk]))
        assert TaxRate.objects.filter(pk=row.pk).exists() is is_kept


def test_sales_in_a_currency_without_a_rate_need_oss(accountant: Any, shop: Any, settings: Any) -> None:
    settings.SHOP_CURRENCIES = ["EUR", "USD"]
    errors = save_seller(accountant, uses_oss="").context["form"].errors
    assert set(errors) == {"uses_oss"} and "USD" in str(errors["uses_oss"])


@pytest.mark.parametrize("model", ["taxrate", "exchangerate"])
def test_no_rate_is_made_past_the_password_by_copying_one(model: str) -> None:
    assert reverse(f"wagtailsnippets_billing_{model}:edit", args=[1])
    with pytest.raises(NoReverseMatch):
        reverse(f"wagtailsnippets_billing_{model}:copy", args=[1])


def test_marketers_do_not_see_the_rates(marketer: Any) -> None:
    assert marketer.get(reverse(f"{RATES}:list")).status_code in (302, 403)
    assert marketer.get(reverse(f"{RATES}:add")).status_code in (302, 403)


def seller(**fields: str) -> dict[str, str]:
    form = {"name": "Northbridge", "address": "1 Harbour Street", "is_default": "on", "country": "DE"}
    form |= {"tax_regime": "vat", "vat_id": "DE 136 695 976", "unverified_vat_ids": "accept"}
    return form | {"takes_direct_payments": "on"} | fields


def save_seller(accountant: Any, **fields: str) -> Any:
    url = reverse("wagtailsnippets_billing_seller:edit", args=[Seller.objects.get().pk])
    return accountant.post(url, seller(**fields))


def test_the_seller_says_which_tax_it_charges(accountant: Any, shop: Any) -> None:
    assert Seller.objects.get().tax_regime == "none"
    assert save_seller(accountant, uses_oss="on").status_code == 302
    saved = Seller.objects.get()
    assert (saved.tax_regime, saved.vat_id, saved.uses_oss, saved.prices_include_tax) == (
        "vat", "DE136695976", True, False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"country": ""}, "country", "whose tax you charge"),
        ({"country": "KZ"}, "tax_regime", "rate of your country"),
        ({"vat_id": ""}, "vat_id", "documents must show it"),
        ({"vat_id": "DE136695975"}, "vat_id", "not a VAT ID"),
        ({"vat_id": "FR40303265045"}, "vat_id", "another country"),
        ({"tax_regime": "fixed", "uses_oss": "on"}, "uses_oss", "only"),
        ({"tax_regime": "exempt"}, "tax_exemption", "reason"),
    ],
)
def test_settings_that_cannot_work_are_refused_at_their_field(
    accountant: Any, shop: Any, fields: dict[str, str], field: str, words: str
) -> None:
    errors = save_seller(accountant, **fields).context["form"].errors
    assert set(errors) == {field} and words in str(errors[field])
