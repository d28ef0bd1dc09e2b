"""What the laws of the house are read from: rooms, their directions, what judgement may import, exceptions.

An exception names the law, the file, what was found there, and why it may stand. One that is needed no longer
fails the tests as well.
"""

from __future__ import annotations

_JUDGEMENT = ("promise", "cash", "cases", "contracts")
_GROUND = ("canon", "errors")
_MEMORY = ("store", *_JUDGEMENT, *_GROUND)
_REACH = ("systems", *_JUDGEMENT, *_GROUND)
_CARRIED = ("delivery", "store", "systems", *_JUDGEMENT, *_GROUND)
_DESKS = ("desk", "insight", "audit")
_BELOW_DOORS = ("wiring", *_DESKS, *_CARRIED)

# What every room may import of the others, from the ground up. Importing oneself is always allowed.
ROOMS: dict[str, tuple[str, ...]] = {
    "errors": (),
    "canon": ("errors",),
    **dict.fromkeys(_JUDGEMENT, _GROUND),
    "store": _MEMORY[1:],
    "systems": _REACH[1:],
    "delivery": _CARRIED[1:],
    **dict.fromkeys(_DESKS, _CARRIED),
    "wiring": (*_DESKS, *_CARRIED),
    "api": _BELOW_DOORS,
    "console": _BELOW_DOORS,
    # The demo talks to the product as a customer would: over HTTP. The systems behind it are the simulated ones, which
    # know no more of the product than the demo does: they are asked over HTTP, and speak over HTTP.
    "demo": ("systems", *_GROUND),
    "bench": ("api", *_BELOW_DOORS),
    "cli": ("api", "console", "demo", "bench", *_BELOW_DOORS),
    "__main__": ("cli", "api", "console", "demo", "bench", *_BELOW_DOORS),
}

# A room that may use another for what it shows, and not what that one stands on.
WITHOUT_ITS_GROUND = frozenset({("demo", "systems")})

# Facts and the time go in, a value comes out: no I/O, no clock, no chance.
PURE_ROOMS = ("errors", "canon", *_JUDGEMENT)

# What pure rooms may import beside each other. Whatever is added here reads nothing, waits for nothing, and
# gives the same answer in every process. (zoneinfo reads the time zone data that comes with Sayso; jsonschema_rs
# checks values against a schema, and is given no way to fetch another.)
PURE_MODULES = frozenset({
    "__future__", "abc", "array", "base64", "binascii", "bisect", "collections", "contextlib", "copy",
    "dataclasses", "datetime", "decimal", "difflib", "enum", "fractions", "functools", "graphlib", "hashlib",
    "heapq", "hmac", "itertools", "json", "jsonschema_rs", "math", "msgspec", "numbers", "operator", "re", "string",
    "struct", "textwrap", "tomllib", "types", "typing", "unicodedata", "zoneinfo",
})  # fmt: skip

SQL_ROOMS = ("store",)
ENVIRONMENT_ROOMS = ("wiring",)
WALL_CLOCK_ROOMS = ("wiring",)
EXACT_ROOMS = ("canon", *_JUDGEMENT)
DOCUMENTED_ROOMS = ("canon", *_JUDGEMENT)

MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 60
USUAL_LINES_OF_A_FUNCTION = 40
MOST_UNUSUAL_FUNCTIONS = 0.02

EXCEPTIONS: dict[tuple[str, str, str], str] = {
    (
        "purity",
        "src/sayso/canon/ids.py",
        "os",
    ): "identifiers end in random bits, and only those come from outside",
    (
        "clock",
        "src/sayso/api/answered.py",
        "time.time",
    ): "a line of the access log says when it was written on the machine, also where requests say what time it is",
}
