"""Agreement texts of the demo. They show the shape of such documents; a real shop has its own from its lawyer."""

LICENSE = """
<p>This agreement is between Northbridge Software Ltd (the “Seller”) and the person or company that buys a
license in
the Seller’s shop (the “Customer”). By ticking the box beside its name at the checkout and placing an order, the
Customer accepts it.</p>
<h2>1. Subject</h2>
<p>1.1. For a fee the Seller grants the Customer a simple, non-exclusive right to use the software product
named in the
order (the “Product”), of the license type and for the period named there.</p>
<p>1.2. The Product adds functions to Bitrix24. Bitrix24, telephone systems and messenger services are supplied by
others under their own terms and are not part of this agreement.</p>
<h2>2. License and portal</h2>
<p>2.1. A license is valid for one Bitrix24 account (the “Portal”), whose address the Customer states with
the order.
The Customer is responsible for stating it correctly.</p>
<p>2.2. The license becomes active when the Product’s application is installed in the Portal and the payment has
arrived. A renamed Portal keeps its license.</p>
<p>2.3. On request the Seller moves a license to another Portal of the same Customer, at most twice in twelve
months.</p>
<p>2.4. The Customer does not copy, resell or rent out the Product, does not remove its protection, and does not let
third parties use it beyond the Portal.</p>
<h2>3. Period</h2>
<p>3.1. The period begins with the payment. If an existing license is extended before its end, the new period begins
where the old one ends.</p>
<p>3.2. The license ends by itself with its period. It is not renewed, and nothing is charged, without a new
order.</p>
<p>3.3. Up to fourteen days after the end the Product goes on working so that an extension causes no
interruption. These
days are counted into the extension.</p>
<h2>4. Price and payment</h2>
<p>4.1. The price is the one shown at the checkout. Later changes of the price list do not affect orders already
placed.</p>
<p>4.2. Payment is made in advance through the payment provider offered in the shop. An order that is not
paid within
fourteen days is void.</p>
<h2>5. Support and updates</h2>
<p>5.1. During the period the Customer receives updates of the Product and support as stated for the license
type, on
working days from 9:00 to 18:00 (Central European Time).</p>
<p>5.2. The Seller answers support requests within one working day.</p>
<h2>6. Returns</h2>
<p>6.1. If the Product does not work in the Customer’s Portal as described and the Seller cannot put that
right within
ten working days, the Customer may return the license within thirty days after payment and gets the full price
back.</p>
<p>6.2. Rights that consumers have by law remain untouched.</p>
<h2>7. Liability</h2>
<p>7.1. The Seller is liable without limit for intent and gross negligence, and for injury to life, body or
health.</p>
<p>7.2. In all other cases liability is limited to foreseeable damage and to the price paid for the license in the
twelve months before.</p>
<h2>8. Final provisions</h2>
<p>8.1. Changes of this agreement are published as a new version. A license bought under an earlier version
keeps the
terms it was bought under; every version stays readable in the shop.</p>
<p>8.2. If a provision is invalid, the others remain in force.</p>
<p>8.3. The law of the Seller’s seat applies. Consumers may always rely on the mandatory law of their own
country.</p>
"""

PERSONAL_DATA = """
<p>These terms say which personal data Northbridge Software Ltd (“we”) collects when you buy a license, what
for, and
what you can do about it.</p>
<h2>1. What we collect</h2>
<ul>
<li>Your name, company, phone number and e-mail address, as you enter them at the checkout.</li>
<li>The address of your Bitrix24 and the technical number by which Bitrix24 identifies it.</li>
<li>Your orders, invoices, payments and licenses.</li>
<li>The agreements you accepted: their text, the time, and the network address you came from, as evidence.</li>
</ul>
<p>We do not receive your card number. You enter it on the payment provider’s own page; we are told only that the
payment was made and by which kind of card.</p>
<h2>2. What we use it for</h2>
<ul>
<li>To carry out your order: to issue and link the license, and to send you mails about it.</li>
<li>To answer you when you ask us for support.</li>
<li>To fulfil our duties under tax and commercial law.</li>
</ul>
<p>We use no advertising networks and sell nobody’s data.</p>
<h2>3. Who else sees it</h2>
<p>The payment provider, the company that delivers our mails, and Bitrix24 as far as the license has to be
entered in
your portal. Each receives only what it needs for that.</p>
<h2>4. How long we keep it</h2>
<p>As long as you have an account with us. Invoices and what belongs to them are kept for the time the law
prescribes,
also after you have closed your account.</p>
<h2>5. Your rights</h2>
<p>You may ask us at any time what we have stored about you, have it corrected, receive a copy, or have it
erased as far
as the law does not oblige us to keep it. A message to the address under “Contacts” is enough. You may also
complain to
the data protection authority of your country.</p>
<h2>6. Cookies</h2>
<p>The shop sets the cookies it cannot work without: for your log-in, your cart, and the protection of its
forms. There
are no others.</p>
"""
