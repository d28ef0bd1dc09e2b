"""Units of measure: UN/ECE Recommendation 20 codes, the plain words people write for them, and own units.

Knows how a unit is spelt; how many base units an item has in one is a fact (the kind `units`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_WORDS = {
    # A piece is EA, however it is called. C62 (one) and H87 (piece) are kept apart by Rec 20, by no trader.
    "EA": "EACH C62 H87 PCE PCS PC PIECE PIECES UNIT UNITS STCK",
    "PR": "PAIR PAIRS",
    "SET": "SETS",
    "DZN": "DOZEN DOZENS DZ",
    "GRO": "GROSS",
    "MIL": "THOUSAND",
    # Packages go by their short names; Rec 20 has them as X and the code of Rec 21.
    "CS": "CASE CASES XCS",
    "CT": "CARTON CARTONS CTN XCT",
    "BX": "BOX BOXES XBX",
    "PK": "PACK PACKS XPK",
    "PA": "PACKET PACKETS XPA",
    "PL": "PALLET PALLETS PLT XPX",
    "BG": "BAG BAGS XBG",
    "BO": "BOTTLE BOTTLES XBO",
    "CA": "CAN CANS XCA",
    "CR": "CRATE CRATES XCR",
    "DR": "DRUM DRUMS XDR",
    "RO": "ROLL ROLLS XRO",
    "TU": "TUBE TUBES XTU",
    "KGM": "KG KGS KILO KILOS KILOGRAM KILOGRAMS",
    "GRM": "G GR GRAM GRAMS",
    "MGM": "MG",
    "TNE": "T TONNE TONNES",
    "LBR": "LB LBS POUND POUNDS",
    "ONZ": "OZ OUNCE OUNCES",
    "LTR": "L LT LITER LITERS LITRE LITRES",
    "MLT": "ML",
    "CLT": "CL",
    "GLL": "GAL GALLON GALLONS",
    "MTR": "M METER METERS METRE METRES",
    "CMT": "CM",
    "MMT": "MM",
    "KMT": "KM",
    "FOT": "FT FOOT FEET",
    "INH": "IN INCH INCHES",
    "YRD": "YD YARD YARDS",
    "MTK": "M2 SQM",
    "MTQ": "M3 CBM",
    "FTK": "SQFT",
    "HUR": "H HR HRS HOUR HOURS",
    "DAY": "DAYS",
}

ALIASES: Mapping[str, str] = MappingProxyType(
    {word: code for code, words in _WORDS.items() for word in words.split()}
)
"""What people and systems write, in capitals, to the code that Sayso keeps and answers with."""

_TO_REC_20: Mapping[str, str] = MappingProxyType(
    {code: word for word, code in ALIASES.items() if re.fullmatch("X[A-Z]{2}", word)}
)
_SHAPE = re.compile(r"[A-Z0-9_-]{1,16}")


def unit(text: str) -> str | None:
    """The code of a unit: an alias by its code ("pcs" gives EA, "kg" KGM), any other short code as it is.

    A company's own unit (TRAY6, say) is a code of up to 16 letters, digits, - and _. None: no code.
    """
    code = text.strip().upper()
    known = ALIASES.get(code)
    if known is not None:
        return known
    return code if _SHAPE.fullmatch(code) else None


def rec20(code: str) -> str:
    """The code as a document on Rec 20 has it: packages with their X (CS gives XCS), all else unchanged."""
    return _TO_REC_20.get(code, code)
