from django.urls import path

from storefront.inbox import views

urlpatterns = [path("hooks/<slug:source>/", views.hook, name="hook")]
