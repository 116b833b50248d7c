from django.urls import path

from catalogue.plans import views
from storefront.core.page_cache import cached_page

urlpatterns = [
    path("agreements/<slug:slug>/", cached_page(views.agreement), name="agreement"),
    path("agreements/<slug:slug>/<int:number>/", cached_page(views.agreement_version), name="agreement-version"),
]
