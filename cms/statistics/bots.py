"""Telling people from programs by what they call themselves. Who lies about it is counted as a person."""

from __future__ import annotations

import re

#: "Cubot" is a maker of telephones.
_PROGRAM = re.compile(
    r"(?<!cu)bot\b|bot[/;_-]|crawl|spider|slurp|scrap|preview|prerender|monitor|uptime|pingdom|lighthouse|headless|"
    r"phantomjs|selenium|facebookexternalhit|facebookcatalog|meta-external|whatsapp/|skypeuri|vkshare|mediapartners|"
    r"feedfetcher|validator|archiver|curl/|wget/|libwww|python|aiohttp|httpx|go-http|java/|okhttp|ruby|perl|php/|"
    r"axios|node-fetch|undici|postman|insomnia|ahrefs|semrush|dataprovider|nmap|nikto|zgrab|gptbot|claude|perplexity",
    re.IGNORECASE,
)


def is_program(agent: str) -> bool:
    """Whether a User-Agent header is that of a search engine, a link preview, a monitor, a script; or is empty."""
    return not agent or _PROGRAM.search(agent) is not None
