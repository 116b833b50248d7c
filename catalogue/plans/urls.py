from django.urls import path

from catalogue.plans import views
from storefront.core.page_cache import kept

urlpatterns = [
    path("agreements/<slug:slug>/", kept(views.agreement), name="agreement"),
    path("agreements/<slug:slug>/<int:number>/", kept(views.agreement_version), name="agreement-version"),
]
