"""What pages say in the words of schema.org (JSON-LD). Prices are those of the buy box itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from catalogue.plans.queries import BuyBox, PlanOption, TermOption
from storefront.core import money
from storefront.core.instants import day_of

CONTEXT = "https://schema.org"
IN_STOCK = "https://schema.org/InStock"
#: In a script element nothing may look like markup, whatever editors wrote.
_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def dump(data: Mapping[str, Any]) -> str:
    """As the content of a script element, safe in HTML. Empty values are left out."""
    kept = {name: value for name, value in data.items() if value not in ("", None, [], ())}
    return json.dumps({"@context": CONTEXT, **kept}, ensure_ascii=False).translate(_ESCAPES)


def organization(*, name: str, site: str, logo: str, seller: Mapping[str, str], email: str) -> str:
    """The seller. ``site`` is the shop's origin."""
    address = " ".join(seller.get("address", "").split())
    return dump(
        {
            "@type": "Organization",
            "@id": f"{site}/#organization",
            "name": seller.get("name") or name,
            "url": f"{site}/",
            "logo": logo,
            "email": email,
            "telephone": seller.get("phone", ""),
            "vatID": seller.get("tax_number", ""),
            "address": address,
        }
    )


def website(*, name: str, site: str, home: str, search: str, language: str) -> str:
    """The shop and where it is searched; all addresses absolute."""
    return dump(
        {
            "@type": "WebSite",
            "@id": f"{home}#website",
            "name": name,
            "url": home,
            "inLanguage": language,
            "publisher": {"@id": f"{site}/#organization"},
            "potentialAction": {
                "@type": "SearchAction",
                "target": {"@type": "EntryPoint", "urlTemplate": f"{search}?q={{search_term_string}}"},
                "query-input": "required name=search_term_string",
            },
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


def product(*, name: str, description: str, url: str, picture: str, site: str, brand: str, box: BuyBox) -> str:
    """A product with every offer of its buy box: each license type for each period, what is charged for it now."""
    seller = {"@type": "Organization", "@id": f"{site}/#organization", "name": brand}
    offers = [_offer(plan, term, url, seller) for plan in box.plans for term in plan.terms]
    amounts = [term.amount for plan in box.plans for term in plan.terms]
    currency = box.plans[0].terms[0].currency
    return dump(
        {
            "@type": "Product",
            "@id": f"{url}#product",
            "name": name,
            "description": description,
            "url": url,
            "image": picture,
            "brand": {"@type": "Brand", "name": brand},
            "offers": {
                "@type": "AggregateOffer",
                "lowPrice": money.plain(min(amounts), currency),
                "highPrice": money.plain(max(amounts), currency),
                "priceCurrency": currency,
                "offerCount": len(offers),
                "availability": IN_STOCK,
                "offers": offers,
            },
        }
    )


def _offer(plan: PlanOption, term: TermOption, url: str, seller: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@type": "Offer",
        "name": f"{plan.name}, {term.label}",
        "price": money.plain(term.amount, term.currency),
        "priceCurrency": term.currency,
        "availability": IN_STOCK,
        "url": f"{url}?plan={plan.code}&months={term.months}",
        "seller": dict(seller),
    }
    if term.ends_at is not None:
        found["priceValidUntil"] = day_of(term.ends_at).isoformat()
    return found
