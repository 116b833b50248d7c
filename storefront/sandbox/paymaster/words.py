"""What the pages say, in their two languages."""

from __future__ import annotations

WORDS = {
    "note": ("Песочница PayMaster: деньги не настоящие", "Sandbox of PayMaster: no real money"),
    "pay": ("Оплата счёта", "Pay an invoice"),
    "card": ("Сохранение карты", "Save a card"),
    "seller": ("Продавец", "Seller"),
    "for": ("За что", "For"),
    "number": ("Номер карты", "Card number"),
    "expiry": ("Срок, ММ/ГГ", "Valid until, MM/YY"),
    "code": ("CVC", "CVC"),
    "kept": ("Карта будет сохранена. Назначение: ", "The card will be saved. Purpose: "),
    "outcome": ("Что будет (песочница)", "What happens (sandbox)"),
    "paid": ("Оплачено", "Paid"),
    "three_ds": ("Банк просит подтвердить (3-D Secure)", "The bank wants to know that it is you (3-D Secure)"),
    "insufficient_funds": ("Не хватает денег", "Not enough money"),
    "rejected_by_fraud": ("Отказ", "Refused"),
    "do_pay": ("Оплатить", "Pay"),
    "do_save": ("Сохранить", "Save"),
    "sbp": ("Оплатить через СБП", "Pay by SBP"),
    "leave": ("Вернуться к продавцу", "Back to the seller"),
    "mistyped": ("Проверьте номер, срок и код карты.", "Check number, date and code of the card."),
    "closed": ("Счёт закрыт", "This invoice is closed"),
    "closed_hint": ("Он оплачен, отклонён или отменён.", "It was paid, refused or cancelled."),
    "bank": ("Подтвердите операцию", "Confirm the payment"),
    "bank_hint": ("Этот шаг показывает ваш банк.", "This step is your bank's."),
    "confirm": ("Подтвердить", "Confirm"),
    "refuse": ("Отказаться", "Refuse"),
}


def say(key: str, language: str) -> str:
    russian, english = WORDS[key]
    return russian if language == "ru" else english
