"""The demo: a shop of four Bitrix24 integrations, its pages, its people and two months of trade.

The texts are data, see fixtures/demo/README.md. Only ``manage.py demo`` imports this package.
"""
