import pytest, os
from playwright.sync_api import expect
from storefront.billing import links
from storefront.billing.personal_account import paying
from storefront.billing.models import Seller
from tests.account.every_page import log_in
from tests.account.test_personal_account import fund
from tests.billing.building import make_invoice
from tests.account.test_accessibility import plain_tables
@pytest.mark.django_db(transaction=True)
def test_shots(live_server, settings, shop, customer, stripe, browser):
    settings.SITE_URL = live_server.url
    fund(stripe, customer, "120.00")
    fund(stripe, customer, "20.00")
    a, b, c = (make_invoice(customer) for _ in range(3))
    paying.pay(invoice=a)
    d = os.environ["SHOTS"]
    for w, scheme in ((390,"light"),(1280,"light"),(1280,"dark")):
        ctx = browser.new_context(viewport={"width":w,"height":900}, color_scheme=scheme)
        page = ctx.new_page()
        page.goto(live_server.url+"/account/login/"); log_in(page)
        for name, path in {"home":"/account/","funds":"/account/funds/","pay":links.pay_path(b),"payments":"/account/payments/","expenses":"/account/expenses/","statement":"/account/statement/","ru-payments":"/ru/account/payments/","front":"/"}.items():
            if scheme=="dark" and name not in ("payments","pay","funds"): continue
            page.goto(live_server.url+path); page.screenshot(path=f"{d}/{name}-{w}-{scheme}.png", full_page=name!="front")
        ctx.close()
