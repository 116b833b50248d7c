from django.urls import path

from catalogue.plans import views

urlpatterns = [
    path("agreements/<slug:slug>/", views.agreement, name="agreement"),
    path("agreements/<slug:slug>/<int:number>/", views.agreement_version, name="agreement-version"),
]
