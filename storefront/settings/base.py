"""What every environment shares, a story a module. Every secret and every address comes from the environment."""

from oscar.defaults import *  # noqa: F403  (Oscar's documented way to take its defaults)

from .apps import *  # noqa: F403
from .data_protection import *  # noqa: F403
from .jobs import *  # noqa: F403
from .mail import *  # noqa: F403
from .pages import *  # noqa: F403
from .paymaster import *  # noqa: F403
from .paypal import *  # noqa: F403
from .people import *  # noqa: F403
from .sberbank import *  # noqa: F403
from .shop import *  # noqa: F403
from .simplepay import *  # noqa: F403
from .simplepay_pro import *  # noqa: F403
from .site import *  # noqa: F403
from .storage import *  # noqa: F403
from .twocheckout import *  # noqa: F403
from .webmoney import *  # noqa: F403
from .yookassa import *  # noqa: F403
