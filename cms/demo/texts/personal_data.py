"""The demo's terms for personal data. They show the shape of such documents; a real shop has its own."""

# ruff: noqa: E501  (one paragraph, one line)

from __future__ import annotations

from cms.demo.words import Text

NAME = Text("Terms for personal data", "Условия обработки персональных данных")

BODY = Text.joined(
    (
        "<p>These terms say which personal data Northbridge Software Ltd (“we”) collects when you buy a license, what for, and what you can do about it.</p>",
        "<p>Эти условия объясняют, какие персональные данные Northbridge Software Ltd («мы») собирает, когда вы покупаете лицензию, для чего и что вы можете с этим сделать.</p>",
    ),
    ("<h2>1. What we collect</h2>", "<h2>1. Что мы собираем</h2>"),
    (
        "<ul><li>Your name, company, phone number and e-mail address, as you enter them at the checkout.</li><li>The address of your Bitrix24 and the technical number by which Bitrix24 identifies it.</li><li>Your orders, invoices, payments and licenses.</li><li>The agreements you accepted: their text, the time, and the network address you came from, as evidence.</li></ul>",
        "<ul><li>Имя, компанию, телефон и адрес электронной почты, которые вы вводите при оформлении заказа.</li><li>Адрес вашего Битрикс24 и технический номер, по которому Битрикс24 его различает.</li><li>Ваши заказы, счета, платежи и лицензии.</li><li>Принятые вами соглашения: их текст, время и сетевой адрес, с которого вы зашли, – как подтверждение.</li></ul>",
    ),
    (
        "<p>We do not receive your card number. You enter it on the payment provider’s own page; we are told only that the payment was made and by which kind of card.</p>",
        "<p>Номер вашей карты мы не получаем. Вы вводите его на странице платёжной системы; нам сообщают только, что платёж выполнен, и тип карты.</p>",
    ),
    ("<h2>2. What we use it for</h2>", "<h2>2. Для чего мы это используем</h2>"),
    (
        "<ul><li>To carry out your order: to issue and link the license, and to send you mails about it.</li><li>To answer you when you ask us for support.</li><li>To fulfil our duties under tax and commercial law.</li></ul>",
        "<ul><li>Чтобы выполнить ваш заказ: выдать и привязать лицензию и прислать вам письма о ней.</li><li>Чтобы ответить, когда вы обращаетесь в поддержку.</li><li>Чтобы исполнить наши обязанности по налоговому и торговому праву.</li></ul>",
    ),
    (
        "<p>We use no advertising networks and sell nobody’s data.</p>",
        "<p>Мы не пользуемся рекламными сетями и ничьи данные не продаём.</p>",
    ),
    ("<h2>3. Who else sees it</h2>", "<h2>3. Кто ещё их видит</h2>"),
    (
        "<p>The payment provider, the company that delivers our mails, and Bitrix24 as far as the license has to be entered in your portal. Each receives only what it needs for that.</p>",
        "<p>Платёжная система, компания, которая доставляет наши письма, и Битрикс24 – насколько это нужно, чтобы записать лицензию на вашем портале. Каждый получает только то, что для этого необходимо.</p>",
    ),
    ("<h2>4. How long we keep it</h2>", "<h2>4. Как долго мы их храним</h2>"),
    (
        "<p>As long as you have an account with us. Invoices and what belongs to them are kept for the time the law prescribes, also after you have closed your account.</p>",
        "<p>Пока у вас есть личный кабинет. Счета и всё, что к ним относится, хранятся столько, сколько требует закон, – в том числе после закрытия кабинета.</p>",
    ),
    ("<h2>5. Your rights</h2>", "<h2>5. Ваши права</h2>"),
    (
        "<p>You may ask us at any time what we have stored about you, have it corrected, receive a copy, or have it erased as far as the law does not oblige us to keep it. A message to the address under “Contact” is enough. You may also complain to the data protection authority of your country.</p>",
        "<p>Вы можете в любое время узнать, что мы о вас храним, исправить это, получить копию или потребовать удаления, если закон не обязывает нас хранить данные. Достаточно сообщения по адресу из раздела «Контакты». Вы также можете обратиться в надзорный орган своей страны.</p>",
    ),
    ("<h2>6. Cookies</h2>", "<h2>6. Файлы cookie</h2>"),
    (
        "<p>The shop sets the cookies it cannot work without: for your log-in, your cart, and the protection of its forms. There are no others.</p>",
        "<p>Магазин ставит только те файлы cookie, без которых не может работать: для входа, корзины и защиты форм. Других нет.</p>",
    ),
)
