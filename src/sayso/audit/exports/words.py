"""Words of the trade in English, German, French and Spanish: months, countries, units, yes and no, outcomes.

Knows words only; which column they stand in is the mapping's to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

MONTHS: Mapping[str, int] = MappingProxyType(
    {
        word: number
        for number, words in enumerate(
            (
                "jan ene janv", "feb fév fev", "mar mär mrz mars", "apr avr abr", "may mai", "jun juin",
                "jul juil", "aug aoû aou ago", "sep set", "oct okt", "nov", "dec dez déc dic",
            ),
            1,
        )
        for word in words.split()
    }
)  # fmt: skip
"""The beginning of a month's name, in small letters, to its number. (juin and juil need their fourth letter.)"""

_COUNTRIES = {
    "AE": "united arab emirates|uae", "AR": "argentina|argentinien", "AT": "austria|österreich|autriche",
    "AU": "australia|australien|australie", "BE": "belgium|belgien|belgique|bélgica", "BG": "bulgaria|bulgarien",
    "BH": "bahrain", "BR": "brazil|brasilien|brésil|brasil", "CA": "canada|kanada|canadá",
    "CH": "switzerland|schweiz|suisse|suiza", "CL": "chile", "CN": "china|chine", "CO": "colombia|kolumbien",
    "CY": "cyprus|zypern", "CZ": "czech republic|czechia|tschechien", "DE": "germany|deutschland|allemagne|alemania",
    "DK": "denmark|dänemark|danemark|dinamarca", "EE": "estonia|estland", "ES": "spain|spanien|espagne|españa",
    "FI": "finland|finnland|finlande", "FR": "france|frankreich|francia",
    "GB": "united kingdom|great britain|england|scotland|wales|northern ireland|uk|u.k.|"
          "vereinigtes königreich|großbritannien|royaume-uni|reino unido|channel islands (gb)",
    "GR": "greece|griechenland|grèce|grecia", "HK": "hong kong", "HR": "croatia|kroatien|croatie",
    "HU": "hungary|ungarn|hongrie|hungría", "IE": "ireland|irland|irlande|irlanda|eire|republic of ireland",
    "IL": "israel", "IN": "india|indien|inde", "IS": "iceland|island", "IT": "italy|italien|italie|italia",
    "JP": "japan|japon|japón", "KR": "south korea|korea", "LB": "lebanon|libanon", "LT": "lithuania|litauen",
    "LU": "luxembourg|luxemburg", "LV": "latvia|lettland", "MA": "morocco|marokko|maroc", "MT": "malta",
    "MX": "mexico|mexiko|méxico|mexique", "MY": "malaysia",
    "NL": "netherlands|the netherlands|holland|niederlande|pays-bas|países bajos",
    "NO": "norway|norwegen|norvège|noruega", "NZ": "new zealand|neuseeland", "PH": "philippines",
    "PL": "poland|polen|pologne|polonia", "PT": "portugal", "RO": "romania|rumänien|roumanie",
    "RS": "serbia|serbien", "RU": "russia|russland|russie", "SA": "saudi arabia|saudi-arabien",
    "SE": "sweden|schweden|suède|suecia", "SG": "singapore|singapur", "SI": "slovenia|slowenien",
    "SK": "slovakia|slowakei", "TH": "thailand", "TN": "tunisia", "TR": "turkey|türkei|turquie|türkiye",
    "TW": "taiwan", "UA": "ukraine",
    "US": "usa|u.s.a.|united states|united states of america|vereinigte staaten|états-unis|estados unidos",
    "ZA": "south africa|rsa|südafrika",
}  # fmt: skip
COUNTRIES: Mapping[str, str] = MappingProxyType(
    {name: code for code, names in _COUNTRIES.items() for name in names.split("|")}
)
"""Names of countries in small letters to their ISO codes."""

CURRENCIES: Mapping[str, str] = MappingProxyType({"£": "GBP", "€": "EUR", "us$": "USD", "zł": "PLN"})
"""Signs that stand for one currency only; $ and kr do not."""


_UNITS = {
    "EA": "stk stück stueck st pièce pieza pza ud uds unidad unidades unité unités u",
    "CT": "karton kartons kt krt caja cajas", "BX": "schachtel boîte", "PK": "packung pck pkg paquet paquete",
    "PL": "palette paletten palé", "PR": "paar paire par", "DZN": "dtz dutzend douzaine docena",
    "BG": "beutel sac bolsa", "BO": "flasche flaschen bouteille botella", "RO": "rolle rollen rouleau rollo",
    "MTR": "mètre metro metros lfm", "LTR": "litro litros",
}  # fmt: skip
UNITS: Mapping[str, str] = MappingProxyType(
    {word: code for code, words in _UNITS.items() for word in words.split()}
)
"""Units as Germans, French and Spaniards write them, in small letters, to their codes; the English are canon's."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


YES = _words(
    "yes y true t 1 ja j oui o si sí s ok x wahr vrai verdadero approved good active open confirmed accepted"
    " freigegeben"
)
NO = _words(
    "no n false f 0 nein non falsch faux falso blocked hold stop declined refused rejected inactive gesperrt"
    " bloqué bloqueado"
)
"""Words for yes and no, in small letters."""

_SAID_YES = YES | {"order", "placed", "in stock", "available", "sold", "promised", "angenommen"}
_SAID_NO = NO | {
    "denied", "out of stock", "unavailable", "lost", "not available", "abgelehnt", "refusé", "rechazado",
    "ausverkauft",
}  # fmt: skip
ANSWERS: Mapping[str, str] = MappingProxyType(
    {**dict.fromkeys(_SAID_YES, "yes"), **dict.fromkeys(_SAID_NO, "no")}
)
"""What a storefront writes for the answer it gave."""

_BECAME = {
    "accepted": "accepted confirmed shipped delivered invoiced complete completed ok released angenommen bestätigt"
                " geliefert accepté confirmado",
    "rejected": "rejected refused declined blocked held abgelehnt gesperrt refusé rechazado",
    "short": "short partial partially backordered teilweise partiel parcial",
    "late": "late delayed verspätet retardé retrasado",
    "changed": "changed amended replaced geändert modifié modificado",
    "cancelled": "cancelled canceled deleted storniert annulé cancelado anulado",
}  # fmt: skip
OUTCOMES: Mapping[str, str] = MappingProxyType(
    {word: outcome for outcome, words in _BECAME.items() for word in words.split()}
)
"""What an ERP writes for what became of an order."""
