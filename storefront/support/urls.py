"""The visitor's chat. Conversations are named by random ids, so nothing in an address counts up."""

from django.urls import path

from storefront.support import views

urlpatterns = [
    path("support/", views.chat, name="chat"),
    path("support/panel/", views.panel, name="chat-panel"),
    path("support/open/<str:token>/", views.link, name="chat-link"),
    path("support/<slug:public_id>/", views.conversation, name="chat-conversation"),
    path("support/<slug:public_id>/news/", views.news, name="chat-news"),
]
