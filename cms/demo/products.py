"""What the demo sells."""

from cms.demo.texts.asterisk import ASTERISK
from cms.demo.texts.telegram import TELEGRAM
from cms.demo.texts.whatsapp import WHATSAPP
from cms.demo.texts.yeastar import YEASTAR

PRODUCTS = (YEASTAR, ASTERISK, TELEGRAM, WHATSAPP)
#: Months and discount in per cent.
PERIODS = ((1, "0"), (3, "5"), (6, "10"), (12, "20"))
