"""The countries that the data names, as ISO 3166-1 alpha-2 codes, and how long goods travel there
(generated)."""

from __future__ import annotations

from typing import NamedTuple

from sayso.demo.settings import AMSTERDAM, LONDON

UNSPECIFIED = "GB"
"""A promise needs a destination: where the data tells none, it is taken to be at home."""

#: Names as the data writes them, lower case. The European Community is taken to be where its seat was, in
#: Brussels.
CODES = {
    "australia": "AU", "austria": "AT", "bahrain": "BH", "belgium": "BE", "bermuda": "BM", "brazil": "BR",
    "canada": "CA", "channel islands": "JE", "cyprus": "CY", "czech republic": "CZ", "denmark": "DK",
    "eire": "IE",
    "european community": "BE", "finland": "FI", "france": "FR", "germany": "DE", "greece": "GR",
    "hong kong": "HK", "iceland": "IS", "ireland": "IE", "israel": "IL", "italy": "IT", "japan": "JP",
    "korea": "KR", "lebanon": "LB", "lithuania": "LT", "malta": "MT", "netherlands": "NL", "nigeria": "NG",
    "norway": "NO", "poland": "PL", "portugal": "PT", "rsa": "ZA", "saudi arabia": "SA", "singapore": "SG",
    "south africa": "ZA", "spain": "ES", "sweden": "SE", "switzerland": "CH", "thailand": "TH",
    "united arab emirates": "AE", "united kingdom": "GB", "unspecified": UNSPECIFIED, "usa": "US",
}  # fmt: skip

#: Transit in calendar days from (London, Amsterdam). What is not listed is overseas.
_TRANSIT = {
    "GB": (1, 4), "IE": (2, 4), "JE": (2, 5),
    "NL": (4, 1), "BE": (4, 1), "DE": (4, 2), "FR": (3, 2), "DK": (5, 3), "AT": (5, 3), "CH": (5, 3),
    "CZ": (6, 3),
    "PL": (6, 4), "SE": (6, 4), "NO": (6, 5), "FI": (7, 5), "IT": (6, 4), "ES": (5, 4), "PT": (6, 5),
    "LT": (7, 5),
    "GR": (8, 6), "CY": (9, 8), "MT": (8, 7), "IS": (6, 7),
}  # fmt: skip
_OVERSEAS = (9, 10)
#: What one shipment costs, by how it travels from the site: at home, to the continent or the isles, overseas.
_COST = {"home": "6.00", "near": "14.00", "overseas": "38.00"}
_FAR_DAYS = 9


class Way(NamedTuple):
    """A lane: calendar days from a site to a country, and what a shipment costs in GBP."""

    site: str
    country: str
    transit_days: int
    cost: str


def code_of(name: str) -> str | None:
    """The code of a country as the data writes it; None for a name that is not known."""
    return CODES.get(" ".join(name.split()).lower())


def ways(country: str) -> tuple[Way, Way]:
    """How goods get to a country, the quicker site first."""
    london, amsterdam = _TRANSIT.get(country, _OVERSEAS)
    found = (_way(LONDON, "GB", country, london), _way(AMSTERDAM, "NL", country, amsterdam))
    return found if london <= amsterdam else (found[1], found[0])


def _way(site: str, home: str, country: str, days: int) -> Way:
    cost = "home" if country == home else "overseas" if days >= _FAR_DAYS else "near"
    return Way(site, country, days, _COST[cost])


def is_overseas(country: str) -> bool:
    """Whether goods fly there: neither the isles nor the continent."""
    return country not in _TRANSIT
