from django.urls import path

from cms.statistics.counting import product_seen

urlpatterns = [path("visits/<int:software_id>/", product_seen, name="product-seen")]
