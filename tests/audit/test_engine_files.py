"""From two folders of files to findings: reader and engine together, snapshots by the days in their names."""

from __future__ import annotations

from pathlib import Path

from audit.worlds import D
from sayso.audit.engine.audited import audited
from sayso.audit.exports.folders import Folders
from sayso.audit.shapes import Spot
from sayso.promise.policy import read

FILES = {
    "shop/orders.csv": (
        "order,customer,placed,country,line,item,quantity,unit_price,shown_available,answer,credit_ok\n"
        "W1,C,2026-03-02T09:00:00Z,GB,1,A,5,10.00,9,yes,true\n"
        "W2,C,2026-03-03T09:00:00Z,GB,1,A,5,10.00,9,yes,true\n"
        "W2,C,2026-03-03T09:00:00Z,GB,2,B,2,8.00,9,yes,true\n"
        "W3,C,2026-03-03T10:00:00Z,GB,1,B,2,8.00,0,no,false\n"
    ),
    "erp/sites.csv": "site,country\nLON,GB\n",
    "erp/customers.csv": "customer,country,currency,credit_limit\nC,GB,GBP,500\n",
    "erp/items.csv": "item,uom,list_price,currency\nA,EA,10,GBP\nB,EA,8,GBP\n",
    "erp/stock-2026-03-02.csv": "item,site,on_hand\nA,LON,9\nB,LON,9\n",
    "erp/stock-2026-03-03.csv": "item,site,on_hand\nA,LON,4\nB,LON,9\n",
    "erp/demand-2026-03-02.csv": "document,line,item,site,quantity,customer\nS1,1,B,LON,9,X\n",
    "erp/demand-2026-03-03.csv": "document,line,item,site,quantity,customer\nS2,1,B,LON,1,X\n",
    "erp/outcomes.csv": "order,line,outcome,quantity\nW1,1,accepted,5\nW2,1,short,4\n",
}


def test_files_become_findings(tmp_path: Path) -> None:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    spots: list[Spot] = []
    policy = read({})
    found = audited(Folders(tmp_path / "shop", tmp_path / "erp"), policy, policy, spots=spots.append)
    assert [(one.order, one.line, one.direction, one.cause, one.money, one.confirmed) for one in spots] == [
        ("W2", 1, "yes_no", "phantom_stock", D("50.00"), True),
        ("W3", 1, "no_yes", "credit_flag", D("16.00"), None),
    ]
    assert (found.orders, found.lines, found.intake.lines, found.intake.problems) == (3, 4, 4, 0)
    assert (found.agreement.yes_yes, found.agreement.no_no) == (1, 1)
