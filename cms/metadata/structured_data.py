"""Structured data of pages (JSON-LD, schema.org), as Google asks for it. Prices are those of the buy box itself.

https://developers.google.com/search/docs/appearance/structured-data/merchant-listing: a product with the offers
themselves; an AggregateOffer alone gets no merchant listing. No ratings: the shop has none, and a SoftwareApplication
without one is an error to Google (.../software-app). No shipping details: nothing is shipped.
https://developers.google.com/search/docs/appearance/structured-data/organization and .../return-policy: who sells and
gives money back. Google has not shown FAQPage since May 2026; others read it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from catalogue.plans.buy_box import BuyBox
from catalogue.plans.published_prices import PublishedPlan, PublishedPrice
from cms.site_context import RefundRule
from storefront.core import money
from storefront.core.instants import day_of

CONTEXT = "https://schema.org"
IN_STOCK = "https://schema.org/InStock"
NEW = "https://schema.org/NewCondition"
FINITE_WINDOW = "https://schema.org/MerchantReturnFiniteReturnWindow"
FREE_RETURN = "https://schema.org/FreeReturn"
FULL_REFUND = "https://schema.org/FullRefund"
#: Escaped so that no text of an editor can end the script element.
_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def dump(data: Mapping[str, Any]) -> str:
    """The content of a script element, safe in HTML, without empty values."""
    filled = {name: value for name, value in data.items() if value not in ("", None, [], (), {})}
    return json.dumps({"@context": CONTEXT, **filled}, ensure_ascii=False).translate(_ESCAPES)


def organization(
    *, name: str, site: str, logo: str, seller: Mapping[str, str], email: str, refund: RefundRule | None
) -> str:
    """The seller. ``site`` is the shop's origin."""
    return dump(
        {
            "@type": "OnlineStore",
            "@id": f"{site}/#organization",
            "name": seller.get("name") or name,
            "url": f"{site}/",
            "logo": logo,
            "email": email,
            "telephone": seller.get("phone", ""),
            "vatID": seller.get("vat_id", ""),
            "taxID": seller.get("tax_number", ""),
            "address": _address(seller),
            "hasMerchantReturnPolicy": _shop_policy(refund, seller, site),
        }
    )


def _address(seller: Mapping[str, str]) -> dict[str, str]:
    lines = ", ".join(line.strip() for line in seller.get("address", "").splitlines() if line.strip())
    country = {"addressCountry": seller["country"]} if seller.get("country") else {}
    return {"@type": "PostalAddress", "streetAddress": lines, **country} if lines else {}


def _policy(refund: RefundRule | None, seller: Mapping[str, str]) -> dict[str, Any]:
    """The money-back rule at an offer, for the seller's own country: Google requires a country."""
    if refund is None or not seller.get("country"):
        return {}
    return {
        "@type": "MerchantReturnPolicy",
        "applicableCountry": seller["country"],
        "returnPolicyCountry": seller["country"],
        "returnPolicyCategory": FINITE_WINDOW,
        "merchantReturnDays": refund.days,
        "returnFees": FREE_RETURN,
    }


def _shop_policy(refund: RefundRule | None, seller: Mapping[str, str], site: str) -> dict[str, Any]:
    """The money-back rule of the shop with a link to its page; without a country only the link."""
    if refund is None:
        return {}
    rule = _policy(refund, seller)
    link = {"merchantReturnLink": site + refund.url if refund.url.startswith("/") else refund.url} if refund.url else {}
    refunded = {"refundType": FULL_REFUND} if rule else {}
    return {"@type": "MerchantReturnPolicy", **rule, **refunded, **link} if rule or link else {}


def website(*, name: str, site: str, home: str, language: str) -> str:
    """The shop; all addresses absolute."""
    return dump(
        {
            "@type": "WebSite",
            "@id": f"{home}#website",
            "name": name,
            "url": home,
            "inLanguage": language,
            "publisher": {"@id": f"{site}/#organization"},
        }
    )


def breadcrumbs(trail: Sequence[tuple[str, str]]) -> str:
    """Titles and absolute addresses, home first, the page itself last."""
    items = [
        {"@type": "ListItem", "position": number, "name": name, "item": url}
        for number, (name, url) in enumerate(trail, start=1)
    ]
    return dump({"@type": "BreadcrumbList", "itemListElement": items})


def questions(pairs: Sequence[tuple[str, str]]) -> str:
    entries = [
        {"@type": "Question", "name": question, "acceptedAnswer": {"@type": "Answer", "text": answer}}
        for question, answer in pairs
    ]
    return dump({"@type": "FAQPage", "mainEntity": entries})


def product(
    *,
    name: str,
    description: str,
    url: str,
    picture: str,
    site: str,
    seller: Mapping[str, str],
    refund: RefundRule | None,
    box: BuyBox,
) -> str:
    """A product with every offer of its buy box: each license type for each period at its current price."""
    brand = seller["name"]
    sold: dict[str, Any] = {"seller": {"@type": "Organization", "@id": f"{site}/#organization", "name": brand}}
    if rule := _policy(refund, seller):
        sold["hasMerchantReturnPolicy"] = rule
    return dump(
        {
            "@type": "Product",
            "@id": f"{url}#product",
            "name": name,
            "description": description,
            "url": url,
            "image": picture,
            "brand": {"@type": "Brand", "name": brand},
            "offers": [_offer(plan, price, url) | sold for plan in box.plans for price in plan.prices],
        }
    )


def _offer(plan: PublishedPlan, price: PublishedPrice, url: str) -> dict[str, Any]:
    offer: dict[str, Any] = {
        "@type": "Offer",
        "name": f"{plan.name}, {price.label}",
        "price": money.plain(price.amount, price.currency),
        "priceCurrency": price.currency,
        "availability": IN_STOCK,
        "itemCondition": NEW,
        "url": f"{url}?plan={plan.code}&months={price.months}",
    }
    if price.ends_at is not None:
        offer["priceValidUntil"] = day_of(price.ends_at).isoformat()
    return offer
