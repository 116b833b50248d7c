"""The customer's pages, all under /account/. Numbers and random ids only: nothing in an address counts up.

All of them are made of letters, digits, - and _, so anything else is a plain 404 before the database is asked.
"""

from django.urls import path

from storefront.account import (
    data,
    forecast,
    handovers,
    invoices,
    licenses,
    pay_links,
    payers,
    proofs,
    refunds,
    views,
    withdrawal_search,
    withdrawals,
)
from storefront.account.auto_payments import configuring
from storefront.account.auto_payments import link as auto_payment_link
from storefront.account.auto_payments import views as auto_payments
from storefront.account.documents import files, paper, sending
from storefront.account.documents import views as documents
from storefront.account.funds import movements, top_up
from storefront.account.methods import adding
from storefront.account.methods import views as methods
from storefront.account.renewals import listing as subscriptions
from storefront.account.renewals import stop_link
from storefront.account.renewals import views as renewals

urlpatterns = [
    path("account/", views.home, name="account-home"),
    path("account/invoices/", invoices.invoices, name="account-invoices"),
    path("account/invoices/<slug:number>/", invoices.invoice, name="account-invoice"),
    path("account/invoices/<slug:number>/print/", invoices.invoice_print, name="account-invoice-print"),
    path("account/invoices/<slug:number>/send/", pay_links.send, name="account-invoice-send"),
    path("account/invoices/<slug:number>/proof/", proofs.send, name="account-invoice-proof"),
    path("account/invoices/<slug:number>/refund/", refunds.ask, name="account-invoice-refund"),
    path("account/refunds/<slug:public_id>/", refunds.request_page, name="account-refund"),
    path("withdraw/", withdrawal_search.find, name="contract-withdrawal-find"),
    path("withdraw/<str:token>/", withdrawals.withdraw, name="contract-withdrawal"),
    path("account/documents/", documents.index, name="account-documents"),
    path("account/documents/archive/", documents.all_of_a_period, name="account-documents-archive"),
    path("account/documents/statement/", documents.statement, name="account-documents-statement"),
    path("account/documents/<slug:public_id>/", documents.document, name="account-document"),
    path("account/documents/<slug:public_id>/pdf/", files.pdf, name="account-document-pdf"),
    path("account/documents/<slug:public_id>/xml/", files.xml, name="account-document-xml"),
    path("account/documents/<slug:public_id>/ubl/", files.ubl, name="account-document-ubl"),
    path("account/documents/<slug:public_id>/send/", sending.send, name="account-document-send"),
    path("account/documents/<slug:public_id>/paper/", paper.paper, name="account-document-paper"),
    path("account/funds/", top_up.top_up, name="account-top-up"),
    path("account/payments/", movements.payments, name="account-payments"),
    path("account/payments/file/", movements.payments_file, name="account-payments-file"),
    path("account/expenses/", movements.expenses, name="account-expenses"),
    path("account/expenses/file/", movements.expenses_file, name="account-expenses-file"),
    path("account/statement/", movements.statement, name="account-statement"),
    path("account/methods/", methods.methods, name="account-methods"),
    path("account/methods/add/", adding.add, name="account-method-add"),
    path("account/methods/added/<slug:public_id>/", adding.added, name="account-method-added"),
    path("account/methods/<slug:public_id>/default/", methods.make_default, name="account-method-default"),
    path("account/methods/<slug:public_id>/replace/", adding.replace, name="account-method-replace"),
    path("account/methods/<slug:public_id>/remove/", methods.remove, name="account-method-remove"),
    path("account/forecast/", forecast.forecast, name="account-forecast"),
    path("account/forecast/file/", forecast.forecast_file, name="account-forecast-file"),
    path("account/auto-payment/", auto_payments.index, name="account-auto-payment"),
    path("account/auto-payment/configure/", configuring.configure, name="account-auto-payment-configure"),
    path("account/auto-payment/confirm/", configuring.confirm, name="account-auto-payment-confirm"),
    path("account/auto-payment/off/", auto_payments.off, name="account-auto-payment-off"),
    path("account/auto-payment/<slug:public_id>/skip/", auto_payments.skip, name="account-auto-payment-skip"),
    path("auto-payment/<str:token>/", auto_payment_link.charge, name="auto-payment-charge"),
    path("account/licenses/", licenses.licenses, name="account-licenses"),
    path("account/licenses/<slug:public_id>/", licenses.license, name="account-license"),
    path("account/licenses/<slug:public_id>/address/", licenses.license_address, name="account-license-address"),
    path("account/licenses/<slug:public_id>/hand-over/", handovers.offer, name="account-license-hand-over"),
    path("account/licenses/<slug:public_id>/renew/", renewals.renew, name="account-license-renew"),
    path("account/licenses/<slug:public_id>/renew/act/", renewals.act, name="account-license-renewal"),
    path("account/subscriptions/", subscriptions.subscriptions, name="account-subscriptions"),
    path("renewals/stop/<str:token>/", stop_link.stop, name="subscription-stop"),
    path("handover/<str:token>/", handovers.answer, name="license-handover"),
    path("account/orders/", views.orders, name="account-orders"),
    path("account/orders/<slug:number>/", views.order, name="account-order"),
    path("account/payers/", payers.payers, name="account-payers"),
    path("account/payers/new/", payers.new, name="account-payer-new"),
    path("account/payers/<slug:public_id>/", payers.payer, name="account-payer"),
    path("account/payers/<slug:public_id>/turn/", payers.turn, name="account-payer-turn"),
    path("account/agreements/", views.agreements, name="account-agreements"),
    path("account/agreements/<slug:number>/<slug:sha256>/", views.consent, name="account-consent"),
    path("account/profile/", views.profile, name="account-profile"),
    path("account/data/", data.data, name="account-data"),
    path("account/data/copy/", data.ask_copy, name="account-data-ask"),
    path("account/data/copy/<slug:public_id>/", data.copy, name="account-data-copy"),
    path("account/data/erase/", data.erase, name="account-data-erase"),
]
