"""Words of the demo's own pages."""

HEADLINE = "Your phones and messengers, inside Bitrix24"
LEAD = (
    "Ready-made integrations for Bitrix24. Choose a license, pay by card, and it links itself to your portal "
    "within moments."
)
HOME = """
<h2>Bought like anything else, running a minute later</h2>
<ol>
<li><b>Choose.</b> Every product page shows what each license type includes and what each period costs. A year costs
a fifth less.</li>
<li><b>Pay.</b> By card, Apple Pay or Google Pay, on the payment provider’s own page. If you close it by
accident, the
same link waits in your mail.</li>
<li><b>Use it.</b> You tell us the address of your Bitrix24, and the license finds its way there. No keys to
copy, no
files to upload.</li>
</ol>
"""
INDEX_INTRO = "Integrations for Bitrix24, licensed by the month. Try each in your own portal before you buy."

TEXT_PAGES = (
    (
        "how-to-buy",
        "How to buy",
        "From the product page to a working application in five steps.",
        """
<ol>
<li><b>Choose a license.</b> On the product page pick the license type and the period. The price per month,
the total
and what the period saves are shown at once. “Buy” puts the license in your cart.</li>
<li><b>Place the order.</b> At the checkout we ask for your name, phone number and e-mail address, and for
the address of
the Bitrix24 the license is for. Your e-mail address is your login; if you are new here, a mail with a link
to set your
password is on its way as soon as you order.</li>
<li><b>Pay.</b> “Pay order” leads to the payment provider’s secure page.</li>
<li><b>Open Bitrix24.</b> If the application is installed there already, the license is active within
moments. If not,
install it from the Bitrix24 Market and open it once.</li>
<li><b>Extend in time.</b> We write to you 30, 14, 7 and 1 days before a license ends. “Extend” in your
account, or in the
application itself, fills the cart with the right license. The new period is added to the old one; no day is
lost.</li>
</ol>
<h2>Which address do I enter?</h2>
<p>The one you see in the browser when you work in Bitrix24, for example <b>acme.bitrix24.com</b>. You can
paste the whole
line, we find the address in it.</p>
<h2>I have ordered, but not paid yet</h2>
<p>Your order waits for fourteen days. The payment link is in the mail about your order and under “Invoices” in your
account.</p>
""",
    ),
    (
        "payment-methods",
        "Payment methods",
        "Which ways to pay there are, and what happens to your card details.",
        """
<h2>Cards and wallets</h2>
<p>Visa, Mastercard and other cards, Apple Pay and Google Pay on devices that have them. You pay on the
secure page of our
payment provider; your card number never reaches this shop.</p>
<h2>When is it paid?</h2>
<p>Usually within seconds: your order turns “Paid” by itself, whether or not you come back from the payment
page. Some banks
take longer to confirm. Then the order shows “Payment in progress”; please do not pay a second time.</p>
<h2>The payment failed</h2>
<p>Nothing is lost. Open the payment link again from your mail or from “Invoices” in your account and try the
same or
another card.</p>
<h2>Invoice</h2>
<p>Every order has an invoice. You find it in your account under “Invoices”, with a page made for printing.</p>
""",
    ),
    (
        "contacts",
        "Contacts",
        "We answer within one working day.",
        """
<h2>Support</h2>
<p>Write to <b>support@northbridge.example</b> and name your Bitrix24 address or your order number. Our
working days are
Monday to Friday, 9:00 to 18:00 (Central European Time).</p>
<h2>Company</h2>
<p>Northbridge Software Ltd<br/>1 Harbour Street, Exampleton EX1 2MP, Exampleland</p>
<p>Registration number 00000042, VAT XX000000042</p>
""",
    ),
)

#: Shown at the top of every page; the others are found at its foot.
IN_MENU = ("how-to-buy",)

SELLER = {
    "name": "Northbridge Software Ltd",
    "address": "1 Harbour Street\nExampleton EX1 2MP\nExampleland",
    "registration_number": "00000042",
    "tax_number": "XX000000042",
    "email": "billing@northbridge.example",
    "phone": "+00 555 0100",
    "bank_details": "Bank of Exampleton\nIBAN XX00 0000 0000 0000 0000 42\nBIC EXAMXX00",
}
