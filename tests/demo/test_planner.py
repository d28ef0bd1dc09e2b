"""The generated buyer: the same every time, never ahead of its own calendar, and more stock with more buffer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sayso.demo.calendars import works
from sayso.demo.planner import planned
from sayso.demo.settings import BUFFERS, GENERATED
from sayso.errors import BadField


def test_the_same_seed_gives_the_same_plan(distributor):
    again = planned(
        distributor.trade.orders, distributor.first, distributor.last, BUFFERS["usual"], GENERATED
    )
    assert again == distributor.plan("usual")


def test_purchase_orders_are_dated_in_order(distributor):
    for purchase in distributor.plan("tight").purchases:
        assert purchase.placed < purchase.promised
        assert purchase.placed < purchase.arrives
        assert works(purchase.site, purchase.promised)
        assert works(purchase.site, purchase.arrives)
        assert purchase.lines
        assert all(line.quantity > 0 and line.quantity % GENERATED.carton == 0 for line in purchase.lines)


def test_a_late_vendor_tells_a_new_date_each_time_the_old_one_passes(distributor):
    late = [one for one in distributor.plan("usual").purchases if one.arrives > one.promised]
    assert len(late) > 20
    for purchase in late:
        due = purchase.promised
        for on, new in purchase.told:
            assert on == due < new <= purchase.arrives
            assert purchase.due(on) == new
            assert purchase.due(on - timedelta(days=1)) == due
            due = new
        assert due == purchase.arrives, "nobody is told less than the truth on the last day"


def test_more_buffer_is_more_stock_and_nothing_else_is_tuned(distributor):
    stock = {setting: sum(distributor.plan(setting).opening.values()) for setting in BUFFERS}
    assert stock["tight"] < stock["usual"] < stock["loose"]
    assert min(distributor.plan("tight").opening.values()) >= 0
    assert distributor.plan("tight").lead_days == distributor.plan("loose").lead_days


def test_an_unknown_setting_is_refused(distributor):
    with pytest.raises(BadField, match="no such stock setting"):
        distributor.plan("plenty")
