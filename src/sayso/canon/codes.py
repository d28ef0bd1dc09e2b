"""Codes of countries and currencies: which there are, and in how many decimal places a currency is counted.

Knows ISO 3166-1 alpha-2 and ISO 4217 as lists of codes; no names, no languages, no rates.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _codes(text: str) -> list[str]:
    return text.split()


COUNTRIES = frozenset(
    _codes("""
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV
    BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES
    ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE
    IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY
    MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU
    NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM
    SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE
    VG VI VN VU WF WS YE YT ZA ZM ZW XK
    """)
)
"""ISO 3166-1 alpha-2, and XK: Kosovo has no code of its own there, and trade writes the user-assigned XK."""

MISTAKEN_COUNTRIES: Mapping[str, str] = MappingProxyType({"UK": "GB", "EL": "GR", "XI": "GB"})
"""What is often written for a country and is no code for it, and the code that is meant."""

_TWO = _codes("""
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE
    CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD
    HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK
    MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD
    RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH
    USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
    """)
_WITHDRAWN_SINCE_2010 = _codes("ANG BGN CUC EEK HRK LTL LVL MRO SLL STD VEF ZMK ZWL")

MINOR_UNITS: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(_TWO, 2),
        **dict.fromkeys(_codes("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"), 0),
        **dict.fromkeys(_codes("BHD IQD JOD KWD LYD OMR TND"), 3),
        **dict.fromkeys(_codes("CLF UYW"), 4),
        **dict.fromkeys(_WITHDRAWN_SINCE_2010, 2),
        "BYR": 0,
    }
)
"""ISO 4217 codes that money is counted in, each with its minor unit (decimal places).

Currencies withdrawn since 2010 are kept, for open documents of their time; metals, bond units, the
testing code and the code for no currency are left out.
"""


def is_country(code: str) -> bool:
    """Whether `code` is an ISO 3166-1 alpha-2 code, in capitals."""
    return code in COUNTRIES


def is_currency(code: str) -> bool:
    """Whether `code` is an ISO 4217 code that money is counted in, in capitals."""
    return code in MINOR_UNITS


def minor_unit(currency: str) -> int:
    """The decimal places of a currency, ISO 4217's minor unit. Raises KeyError for an unknown code."""
    return MINOR_UNITS[currency]
