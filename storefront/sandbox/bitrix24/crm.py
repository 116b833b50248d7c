"""REST methods of a portal's CRM, as far as a shop writes its orders there."""

from __future__ import annotations

from typing import Any

from storefront.sandbox.bitrix24.methods import PAGE, Caller, Listing, Method, RestError
from storefront.sandbox.bitrix24.params import listed

LEAD, DEAL, CONTACT, COMPANY = "1", "2", "3", "4"


def _rows(caller: Caller, entity: str) -> list[dict[str, Any]]:
    if entity not in (LEAD, DEAL, CONTACT, COMPANY):
        raise RestError(400, "NOT_FOUND", "Smart process not found")
    return caller.portal.items.setdefault(entity, [])


def _add(caller: Caller, entity: str, fields: Any) -> dict[str, Any]:
    if not isinstance(fields, dict):
        raise RestError(400, "", "Fields is not specified")
    item = {"id": caller.portal.take_id(), **fields}
    _rows(caller, entity).append(item)
    return item


def item_add(caller: Caller, params: dict[str, Any]) -> dict[str, Any]:
    return {"item": _add(caller, str(params.get("entityTypeId")), params.get("fields"))}


def item_get(caller: Caller, params: dict[str, Any]) -> dict[str, Any]:
    for item in _rows(caller, str(params.get("entityTypeId"))):
        if str(item["id"]) == str(params.get("id")):
            return {"item": item}
    raise RestError(400, "NOT_FOUND", "Item not found")


def item_list(caller: Caller, params: dict[str, Any]) -> Listing:
    """Filter by equality, with or without the "=" before a field's name; ``start`` is a multiple of 50.

    https://apidocs.bitrix24.com/settings/how-to-call-rest-api/list-methods-pecularities.html
    """
    wanted = params.get("filter") or {}
    found = [
        item
        for item in _rows(caller, str(params.get("entityTypeId")))
        if all(str(item.get(str(key).lstrip("="))) == str(value) for key, value in wanted.items())
    ]
    start = int(params.get("start") or 0)
    return Listing({"items": found[start : start + PAGE]}, total=len(found), start=start)


def product_rows_set(caller: Caller, params: dict[str, Any]) -> dict[str, Any]:
    """Replaces all rows of a deal."""
    for item in _rows(caller, DEAL):
        if params.get("ownerType") == "D" and str(item["id"]) == str(params.get("ownerId")):
            item["productRows"] = listed(params.get("productRows"))
            return {"productRows": item["productRows"]}
    raise RestError(400, "OWNER_NOT_FOUND", "Owner not found")


def lead_add(caller: Caller, params: dict[str, Any]) -> int:
    return int(_add(caller, LEAD, params.get("fields"))["id"])


def deal_add(caller: Caller, params: dict[str, Any]) -> int:
    return int(_add(caller, DEAL, params.get("fields"))["id"])


def find_by_communication(caller: Caller, params: dict[str, Any]) -> Any:
    """Contacts by e-mail; an empty answer is ``[]``, as PHP writes it."""
    wanted = {str(value).lower() for value in listed(params.get("values"))}
    found = [
        item["id"]
        for item in _rows(caller, CONTACT)
        if any(str(entry.get("value", "")).lower() in wanted for entry in listed(item.get("fm")))
    ]
    return {"CONTACT": found} if found else []


METHODS: dict[str, tuple[str, Method]] = {
    "crm.item.add": ("crm", item_add),
    "crm.item.get": ("crm", item_get),
    "crm.item.list": ("crm", item_list),
    "crm.item.productrow.set": ("crm", product_rows_set),
    "crm.lead.add": ("crm", lead_add),
    "crm.deal.add": ("crm", deal_add),
    "crm.duplicate.findbycomm": ("crm", find_by_communication),
}
