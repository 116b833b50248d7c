"""The demo's license agreement. It shows the shape of such documents; a real shop has its own from its lawyer."""

# ruff: noqa: E501  (one paragraph, one line)

from __future__ import annotations

from cms.demo.words import Text

NAME = Text("Public license agreement", "Публичное лицензионное соглашение")

BODY = Text.joined(
    (
        "<p>This agreement is between Northbridge Software Ltd (the “Seller”) and the person or company that buys a license in the Seller’s shop (the “Customer”). By ticking the box beside its name at the checkout and placing an order, the Customer accepts it.</p>",
        "<p>Это соглашение заключается между Northbridge Software Ltd («Продавец») и лицом или компанией, которые покупают лицензию в магазине Продавца («Покупатель»). Поставив при оформлении заказа галочку рядом с названием соглашения и оформив заказ, Покупатель его принимает.</p>",
    ),
    ("<h2>1. Subject</h2>", "<h2>1. Предмет</h2>"),
    (
        "<p>1.1. For a fee the Seller grants the Customer a simple, non-exclusive right to use the software product named in the order (the “Product”), of the license type and for the period named there.</p>",
        "<p>1.1. Продавец за плату предоставляет Покупателю простое (неисключительное) право использовать программный продукт, указанный в заказе («Продукт»), в пределах типа лицензии и в течение срока, указанных там же.</p>",
    ),
    (
        "<p>1.2. The Product adds functions to Bitrix24. Bitrix24, telephone systems and messenger services are supplied by others under their own terms and are not part of this agreement.</p>",
        "<p>1.2. Продукт добавляет функции к Битрикс24. Битрикс24, телефонные системы и мессенджеры предоставляются другими лицами на их собственных условиях и не входят в предмет этого соглашения.</p>",
    ),
    ("<h2>2. License and portal</h2>", "<h2>2. Лицензия и портал</h2>"),
    (
        "<p>2.1. A license is valid for one Bitrix24 account (the “Portal”), whose address the Customer states with the order. The Customer is responsible for stating it correctly.</p>",
        "<p>2.1. Лицензия действует для одного Битрикс24 («Портал»), адрес которого Покупатель указывает в заказе. За правильность адреса отвечает Покупатель.</p>",
    ),
    (
        "<p>2.2. The license becomes active when the Product’s application is installed in the Portal and the payment has arrived. A renamed Portal keeps its license.</p>",
        "<p>2.2. Лицензия начинает действовать, когда приложение Продукта установлено на Портале и поступила оплата. Переименованный Портал сохраняет свою лицензию.</p>",
    ),
    (
        "<p>2.3. On request the Seller moves a license to another Portal of the same Customer, at most twice in twelve months.</p>",
        "<p>2.3. По запросу Продавец переносит лицензию на другой Портал того же Покупателя, но не чаще двух раз за двенадцать месяцев.</p>",
    ),
    (
        "<p>2.4. The Customer does not copy, resell or rent out the Product, does not remove its protection, and does not let third parties use it beyond the Portal.</p>",
        "<p>2.4. Покупатель не копирует, не перепродаёт и не сдаёт Продукт в аренду, не снимает его защиту и не даёт третьим лицам пользоваться им за пределами Портала.</p>",
    ),
    ("<h2>3. Period</h2>", "<h2>3. Срок</h2>"),
    (
        "<p>3.1. The period begins when the Product is opened in the Portal, at the latest 30 days after the payment; while another license of the Product is in force there, it does not begin. If an existing license is extended before its end, the new period begins where the old one ends.</p>",
        "<p>3.1. Срок начинается, когда Продукт открывают на Портале, но не позже чем через 30 дней после оплаты; пока там действует другая лицензия на Продукт, он не начинается. Если действующая лицензия продлевается до её окончания, новый срок начинается там, где заканчивается прежний.</p>",
    ),
    (
        "<p>3.2. The license ends by itself with its period. It is not renewed, and nothing is charged, without a new order.</p>",
        "<p>3.2. Лицензия прекращается сама с окончанием срока. Без нового заказа она не продлевается и деньги не списываются.</p>",
    ),
    (
        "<p>3.3. Up to fourteen days after the end the Product goes on working so that an extension causes no interruption. These days are counted into the extension.</p>",
        "<p>3.3. До четырнадцати дней после окончания Продукт продолжает работать, чтобы продление прошло без перерыва. Эти дни засчитываются в продлённый срок.</p>",
    ),
    ("<h2>4. Price and payment</h2>", "<h2>4. Цена и оплата</h2>"),
    (
        "<p>4.1. The price is the one shown at the checkout. Later changes of the price list do not affect orders already placed.</p>",
        "<p>4.1. Цена – та, что показана при оформлении заказа. Последующие изменения цен не касаются уже оформленных заказов.</p>",
    ),
    (
        "<p>4.2. Payment is made in advance through the payment provider offered in the shop. An order that is not paid within fourteen days is void.</p>",
        "<p>4.2. Оплата вносится заранее через платёжную систему, предложенную в магазине. Заказ, не оплаченный в течение четырнадцати дней, аннулируется.</p>",
    ),
    ("<h2>5. Support and updates</h2>", "<h2>5. Поддержка и обновления</h2>"),
    (
        "<p>5.1. During the period the Customer receives updates of the Product and support as stated for the license type, on working days from 9:00 to 18:00 (Central European Time).</p>",
        "<p>5.1. В течение срока Покупатель получает обновления Продукта и поддержку в объёме, указанном для типа лицензии, по рабочим дням с 9:00 до 18:00 (центральноевропейское время).</p>",
    ),
    (
        "<p>5.2. The Seller answers support requests within one working day.</p>",
        "<p>5.2. Продавец отвечает на обращения в течение одного рабочего дня.</p>",
    ),
    ("<h2>6. Returns</h2>", "<h2>6. Возврат</h2>"),
    (
        "<p>6.1. Within fourteen days after payment the Customer may return a license without giving a reason and gets the full price back.</p>",
        "<p>6.1. В течение четырнадцати дней после оплаты Покупатель вправе вернуть лицензию без указания причины и получить назад её полную стоимость.</p>",
    ),
    (
        "<p>6.2. If the Product does not work in the Customer’s Portal as described and the Seller cannot put that right within ten working days, the Customer may return the license within thirty days after payment and gets the full price back.</p>",
        "<p>6.2. Если Продукт не работает на Портале Покупателя так, как описано, и Продавец не может исправить это за десять рабочих дней, Покупатель вправе вернуть лицензию в течение тридцати дней после оплаты и получить назад её полную стоимость.</p>",
    ),
    (
        "<p>6.3. Rights that consumers have by law remain untouched.</p>",
        "<p>6.3. Права, которые закон предоставляет потребителям, не ограничиваются.</p>",
    ),
    ("<h2>7. Liability</h2>", "<h2>7. Ответственность</h2>"),
    (
        "<p>7.1. The Seller is liable without limit for intent and gross negligence, and for injury to life, body or health.</p>",
        "<p>7.1. Продавец несёт неограниченную ответственность за умысел и грубую неосторожность, а также за вред жизни и здоровью.</p>",
    ),
    (
        "<p>7.2. In all other cases liability is limited to foreseeable damage and to the price paid for the license in the twelve months before.</p>",
        "<p>7.2. Во всех остальных случаях ответственность ограничена предвидимым ущербом и стоимостью лицензии, уплаченной за предшествующие двенадцать месяцев.</p>",
    ),
    ("<h2>8. Final provisions</h2>", "<h2>8. Заключительные положения</h2>"),
    (
        "<p>8.1. Changes of this agreement are published as a new version. A license bought under an earlier version keeps the terms it was bought under; every version stays readable in the shop.</p>",
        "<p>8.1. Изменения этого соглашения публикуются новой версией. Лицензия, купленная при прежней версии, сохраняет условия, на которых она куплена; все версии остаются доступны в магазине.</p>",
    ),
    (
        "<p>8.2. If a provision is invalid, the others remain in force.</p>",
        "<p>8.2. Если одно из положений недействительно, остальные сохраняют силу.</p>",
    ),
    (
        "<p>8.3. The law of the Seller’s seat applies. Consumers may always rely on the mandatory law of their own country.</p>",
        "<p>8.3. Применяется право страны, где находится Продавец. Потребители всегда могут ссылаться на обязательные нормы права своей страны.</p>",
    ),
)
