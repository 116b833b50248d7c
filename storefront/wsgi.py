import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings.production")
application = get_wsgi_application()
# All that is loaded by now stays as long as the process: the garbage collector need not walk through it again and
# again while buyers wait, nor look for garbage at every 700th object of a page that makes tens of thousands.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
gc.set_threshold(5_000, 20, 20)
