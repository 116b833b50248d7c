"""The visitor's chat, and the customer's tickets. Both are named by random ids and numbers, so nothing in an address
counts up."""

from django.urls import path

from storefront.support import file_views, rating_page, views
from storefront.support.tickets import views as tickets

urlpatterns = [
    path("support/", views.chat, name="chat"),
    path("support/panel/", views.panel, name="chat-panel"),
    path("support/open/<str:token>/", views.link, name="chat-link"),
    path("support/rate/<str:token>/", rating_page.rate, name="ticket-rating"),
    path("support/<slug:public_id>/", views.conversation, name="chat-conversation"),
    path("support/<slug:public_id>/news/", views.news, name="chat-news"),
    path("support/<slug:public_id>/files/<slug:file_id>/", file_views.file, name="chat-file"),
    path("account/tickets/", tickets.index, name="account-tickets"),
    path("account/tickets/new/", tickets.new, name="account-ticket-new"),
    path("account/tickets/<slug:number>/", tickets.ticket, name="account-ticket"),
    path("account/tickets/<slug:number>/turn/", tickets.turn, name="account-ticket-turn"),
    path("account/tickets/<slug:number>/rate/", tickets.rate, name="account-ticket-rate"),
]
