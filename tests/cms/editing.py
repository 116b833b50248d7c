"""A form of Wagtail's editor as a browser would send it back."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup


def sent_back(html: str) -> dict[str, Any]:
    """What the editing form holds; fields that scripts draw (blocks) are not among it."""
    soup = BeautifulSoup(html, "html.parser")
    form = soup.find("form", attrs={"data-edit-form": True})
    assert form, "no form"
    values: dict[str, Any] = {}
    for field in form.find_all(["input", "textarea", "select"]):
        name, kind = field.get("name"), field.get("type", "")
        if not name or "__prefix__" in name or field.has_attr("disabled") or kind in ("submit", "button", "file"):
            continue
        if kind in ("checkbox", "radio"):
            if field.has_attr("checked"):
                values.setdefault(name, []).append(field.get("value", "on"))
        elif field.name == "select":
            chosen = [option.get("value", "") for option in field.find_all("option") if option.has_attr("selected")]
            values[name] = chosen if field.has_attr("multiple") else (chosen or [""])[0]
        else:
            values[name] = field.text.removeprefix("\n") if field.name == "textarea" else field.get("value", "")
    return values


def overwrite_box(html: str) -> dict[str, str]:
    """What ticking 'Save anyway' adds; {} if it is not offered."""
    box = BeautifulSoup(html, "html.parser").find("input", attrs={"name": "overwrite"})
    return {"overwrite": box["value"]} if box else {}
