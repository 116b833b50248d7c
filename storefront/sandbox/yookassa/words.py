"""What the pages say, in the language that the shop asked for (``confirmation.locale``)."""

from __future__ import annotations

_WORDS = {
    "pay": ("Pay {sum}", "Заплатить {sum}"),
    "bind": ("Link the card", "Привязать карту"),
    "bind_note": (
        "Nothing is charged: the bank only confirms the card.",
        "Деньги не спишутся: банк только подтвердит карту.",
    ),
    "way": ("How to pay", "Способ оплаты"),
    "bank_card": ("Bank card", "Банковская карта"),
    "sbp": ("Faster Payments (SBP)", "СБП"),
    "sberbank": ("SberPay", "SberPay"),
    "yoo_money": ("YooMoney wallet", "Кошелёк ЮMoney"),
    "number": ("Card number", "Номер карты"),
    "expiry": ("Valid to (MM/YY)", "Срок (ММ/ГГ)"),
    "cvc": ("CVC", "CVC"),
    "save": ("Save for future payments", "Запомнить для следующих платежей"),
    "saved": (
        "The shop will be able to charge this way to pay without you.",
        "Магазин сможет списывать деньги этим способом без вашего участия.",
    ),
    "leave": ("Return to the shop", "Вернуться в магазин"),
    "wrong_number": ("Check the card number", "Проверьте номер карты"),
    "wrong_expiry": ("Check the month and the year", "Проверьте месяц и год"),
    "wrong_cvc": ("Three digits from the back of the card", "Три цифры с обратной стороны"),
    "wrong_way": ("Choose how to pay", "Выберите способ оплаты"),
    "failed": ("The payment did not go through", "Платёж не прошёл"),
    "failed_note": (
        "The money was not charged. Return to the shop and try again.",
        "Деньги не списаны. Вернитесь в магазин и попробуйте снова.",
    ),
    "failed_bind": ("The card could not be linked", "Не удалось привязать карту"),
    "over": ("Nothing to pay here", "Здесь нечего платить"),
    "over_note": ("This payment is finished or its time has run out.", "Платёж завершён или время на оплату вышло."),
    "unknown": ("There is no such payment", "Такого платежа нет"),
    "bank": ("Your bank asks you to confirm", "Банк просит подтвердить платёж"),
    "code": ("Code from the text message", "Код из СМС"),
    "confirm": ("Confirm", "Подтвердить"),
    "refuse": ("Cancel", "Отмена"),
    "sandbox": ("Sandbox: no real money, no real YooKassa", "Песочница: деньги и ЮKassa ненастоящие"),
    "cards": ("Test cards", "Тестовые карты"),
    "secured": ("Card data is protected by YooKassa", "Данные карты защищены ЮKassa"),
}  # fmt: skip


def say(name: str, locale: str, **values: str) -> str:
    english, russian = _WORDS[name]
    return (russian if locale == "ru_RU" else english).format(**values)
