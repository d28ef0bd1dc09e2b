"""Whatever comes, a message is read or refused in a sentence; nothing else ever happens. Real files too."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.breaking import example
from sayso.canon.events import TYPES
from sayso.canon.events_examples import example as event
from sayso.contracts.reading import breaches_of, key_of, needs_of, read_message
from sayso.contracts.shapes import Lookups, Read, Unusable
from sayso.systems.contracts import shipped, simulated

DATA = os.environ.get("SAYSO_DATA", "")
TYPES_OF_CONTENT = (
    "application/json",
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
    "",
)
CALM = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
LONG = settings(CALM, max_examples=20_000)

MESSAGES = [
    *((system, example(system, kind)) for system in simulated() for kind in shipped(system)),
    *(("sayso", event(type_)) for type_ in TYPES),
]
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just(""),
    st.sampled_from(["-1", "1e5", "NaN", "1,5", "2011-02-30", "GBX", "CS", "PL", "9" * 40, "\0", "0", "1_0"]),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner)
)


def taken(system: str, content_type: str, body: bytes, lookups: Lookups) -> Read | Unusable:
    """What became of it; anything but the two fails the test."""
    contracts = shipped(system)
    key = key_of(system, content_type, body, contracts)
    assert all(isinstance(one, str) for one in key)
    needs_of(system, content_type, "", body, contracts)
    breaches_of(system, content_type, "", body, contracts, lookups)
    try:
        found = read_message(system, content_type, "", body, contracts, lookups)
    except Unusable as unusable:
        return said(unusable)
    assert found.events
    assert all(not each.fatal for each in found.warnings)
    return found


def said(unusable: Unusable) -> Unusable:
    assert unusable.detail
    assert unusable.breaches
    assert all(each.said and each.remedy for each in unusable.breaches)
    return unusable


def places(value, path=()):
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield from places(each, (*path, name))


@st.composite
def broken(draw):
    """A good message with one to three of its values, or names, changed."""
    system, message = draw(st.sampled_from(MESSAGES))
    message = json.loads(json.dumps(message))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from([path for path in places(message) if path]))
        here = message
        for step in path[:-1]:
            here = here[step]
        deed = draw(st.integers(0, 2))
        if deed == 0 and isinstance(here, dict):
            here[draw(st.text(max_size=8))] = here.pop(path[-1])
        elif deed == 1:
            del here[path[-1]]
        else:
            here[path[-1]] = draw(VALUES)
    return system, message


def one_is_read_or_refused(told, content_type, lookups):
    system, message = told
    taken(system, content_type, json.dumps(message).encode("utf-8", "surrogatepass"), lookups)


def bytes_are_read_or_refused(told, at, other, content_type, lookups):
    system, message = told
    body = json.dumps(message).encode()
    at %= len(body)
    taken(system, content_type, body[:at], lookups)
    taken(system, content_type, body[:at] + other + body[at + len(other) :], lookups)


BYTES = {
    "told": st.sampled_from(MESSAGES),
    "at": st.integers(0, 10_000),
    "other": st.binary(max_size=6),
    "content_type": st.sampled_from(TYPES_OF_CONTENT),
}


@CALM
@given(told=broken(), content_type=st.sampled_from(TYPES_OF_CONTENT))
def test_a_broken_message_is_read_or_refused(told, content_type, lookups):
    one_is_read_or_refused(told, content_type, lookups)


@CALM
@given(**BYTES)
def test_broken_bytes_are_read_or_refused(told, at, other, content_type, lookups):
    bytes_are_read_or_refused(told, at, other, content_type, lookups)


@CALM
@given(
    body=st.binary(max_size=200)
    | VALUES.map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass"))
)
def test_any_bytes_are_refused(body, lookups):
    for content_type in TYPES_OF_CONTENT:
        assert isinstance(taken("wms", content_type, body, lookups), Unusable)


@pytest.mark.soak
@LONG
@given(told=broken(), content_type=st.sampled_from(TYPES_OF_CONTENT))
def test_twenty_thousand_broken_messages(told, content_type, lookups):
    one_is_read_or_refused(told, content_type, lookups)


@pytest.mark.soak
@LONG
@given(**BYTES)
def test_twenty_thousand_broken_bodies(told, at, other, content_type, lookups):
    bytes_are_read_or_refused(told, at, other, content_type, lookups)


@pytest.mark.skipif(not DATA, reason="SAYSO_DATA names no folder with real files")
@pytest.mark.parametrize("folder", ["storefronts", "edi", "bank", "ubl", "events"])
def test_what_real_systems_send_never_ends_in_a_crash(folder, lookups):
    """Other people's JSON, EDI, XML and archives: none of it is a message of the dialects, and each refusal says why."""
    files = [path for path in sorted(Path(DATA, folder).rglob("*")) if path.is_file()]
    assert files
    for path in files:
        body = path.read_bytes()[: 1 << 20]
        for system, content_type in (("wms", "application/json"), ("bank", "application/cloudevents+json")):
            assert isinstance(taken(system, content_type, body, lookups), Unusable), path
