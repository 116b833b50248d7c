"""What machines read, at one address whatever the language."""

from django.urls import path

from cms.site import machines

urlpatterns = [
    path("robots.txt", machines.robots, name="robots"),
    path("sitemap.xml", machines.sitemap, name="sitemap"),
    path("sitemap-<slug:section>.xml", machines.section, name="sitemap-section"),
    path("site.webmanifest", machines.manifest, name="manifest"),
]
