"""Files for search engines and browsers, at one address in all languages."""

from django.urls import path

from cms.metadata import site_files

urlpatterns = [
    path("robots.txt", site_files.robots, name="robots"),
    path("sitemap.xml", site_files.sitemap, name="sitemap"),
    path("sitemap-<slug:section>.xml", site_files.section, name="sitemap-section"),
    path("site.webmanifest", site_files.manifest, name="manifest"),
]
