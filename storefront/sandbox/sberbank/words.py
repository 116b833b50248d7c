"""What the pages say, in their two languages."""

from __future__ import annotations

WORDS = {
    "note": ("Песочница Сбербанка: деньги не настоящие", "Sandbox of Sberbank: no real money"),
    "bank": ("Сбербанк", "Sberbank"),
    "service": ("интернет-эквайринг", "internet acquiring"),
    "pay": ("Оплата заказа", "Payment of an order"),
    "verify": ("Привязка карты", "Saving a card"),
    "verify_hint": (
        "Карта будет проверена. Деньги не спишутся.", "The card will be verified. No money will be taken.",
    ),
    "order": ("Заказ", "Order"),
    "number": ("Номер карты", "Card number"),
    "expiry": ("Срок, ММ/ГГ", "Valid until, MM/YY"),
    "code": ("CVC или ППК2", "CVC"),
    "save": ("Сохранить карту", "Save the card"),
    "outcome": ("Что будет (песочница)", "What happens (sandbox)"),
    "paid": ("Оплачено", "Paid"),
    "saved": ("Карта подходит", "The card is good"),
    "three_ds": ("Банк просит подтвердить (3-D Secure)", "The bank wants to know that it is you (3-D Secure)"),
    "funds": ("Не хватает денег, можно взять другую карту", "Not enough money, another card may be tried"),
    "refused": ("Банк отказал окончательно", "The bank refuses for good"),
    "do_pay": ("Оплатить", "Pay"),
    "do_verify": ("Привязать", "Save"),
    "sberpay": ("Оплатить SberPay", "Pay by SberPay"),
    "leave": ("Вернуться в магазин", "Back to the shop"),
    "kept": ("Сохранённая карта", "Saved card"),
    "mistyped": ("Проверьте номер, срок и код карты.", "Check number, date and code of the card."),
    "no_money": ("На карте не хватает денег. Попробуйте другую.", "There is not enough money. Try another card."),
    "closed": ("Этот заказ нельзя оплатить", "This order cannot be paid"),
    "closed_hint": (
        "Он уже оплачен, отменён, или время на оплату вышло.",
        "It was paid or cancelled before, or its time has run out.",
    ),
    "acs": ("Подтверждение операции", "Confirm the payment"),
    "acs_hint": ("Введите код из сообщения вашего банка.", "Type the code from the message of your bank."),
    "acs_code": ("Код (в песочнице 111111)", "Code (111111 in the sandbox)"),
    "acs_wrong": ("Код неверный.", "The code is wrong."),
    "confirm": ("Подтвердить", "Confirm"),
    "cancel": ("Отказаться", "Cancel"),
}  # fmt: skip


def say(key: str, language: str) -> str:
    russian, english = WORDS[key]
    return russian if language == "ru" else english
