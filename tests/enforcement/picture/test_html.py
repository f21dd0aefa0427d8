"""What is written into the page?"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from typing import Any

from boundaries.contexts.map import Context
from boundaries.enforcement.coupling import Coupling
from boundaries.enforcement.overview import Overview, Size, edges_of
from boundaries.enforcement.picture.html import draw_html
from tests.enforcement.picture.generated import generated_overview

HOSTILE = "</script><script>alert('x')</script>\u2028"


def data_of(page: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def coupling(number: int = 1, **changes: Any) -> Coupling:
    values = {"kind": "import", "path": "shop/a.py", "line": number, "column": 1, "source_context": "a", "target_context": "b",
              "source": "shop.a:f", "target": "shop.b"}  # fmt: skip
    return Coupling(**(values | changes))


def overview_of(*couplings: Coupling) -> Overview:
    names = sorted({name for c in couplings for name in (c.source_context, c.target_context)})
    contexts = tuple(Context(name, (f"shop.{name}",)) for name in names)
    return Overview("shop", contexts, dict.fromkeys(names, Size(1, 2)), tuple(edges_of(couplings)), {})


class TestPage:
    def test_is_the_same_every_time(self) -> None:
        assert draw_html(generated_overview(50, owners=10)) == draw_html(generated_overview(50, owners=10))

    def test_holds_the_places_of_an_edge_the_gravest_first(self) -> None:
        page = draw_html(
            overview_of(
                coupling(1),
                coupling(2, allowed=False, rule="BD202", baselined=True),
                coupling(3, allowed=False, rule="BD202"),
                coupling(4, rule="BD201"),
            )
        )

        data = data_of(page)
        assert [data["statuses"][status] for _, status, *_ in data["places"][0]] == [
            "violation", "baselined", "counted", "allowed",
        ]  # fmt: skip
        _, _, line, path, source, target, rule = data["places"][0][0]
        texts = data["texts"]
        assert (texts[path], line, texts[source], texts[target], texts[rule]) == (
            "shop/a.py",
            3,
            "shop.a:f",
            "shop.b",
            "BD202",
        )
        assert data["edges"] == [{"from": 0, "to": 1, "counts": [[0, 1, 1, 1, 1]]}]

    def test_keeps_hostile_names_as_text(self) -> None:
        page = draw_html(
            overview_of(coupling(source_context=HOSTILE, path=HOSTILE, source=HOSTILE, target=HOSTILE))
        )

        assert page.count("<script") == 2
        assert "alert('x')</script>" not in page
        assert data_of(page)["contexts"][0]["name"] == HOSTILE

    def test_lets_nothing_run_or_load_but_itself(self) -> None:
        page = draw_html(overview_of(coupling()))

        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
        assert policy
        assert policy[1].startswith("default-src 'none'; ")
        for tag in ("style", "script"):
            inner = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
            assert inner
            digest = b64encode(sha256(inner[1].encode()).digest()).decode()
            assert f"{tag}-src 'sha256-{digest}'" in policy[1]
        assert set(re.findall(r"https?://[^\s\"'<)]*", page)) == {"http://www.w3.org/2000/svg"}

    def test_of_three_hundred_contexts_stays_small(self) -> None:
        page = draw_html(generated_overview(300, owners=18))

        assert len(page.encode()) < 2_000_000

    def test_of_twenty_thousand_couplings_stays_small_and_counts_them_all(self) -> None:
        overview = overview_of(
            *(coupling(number, target_context=name) for name in "bcdefghij" for number in range(2_000)),
            coupling(1, source_context="b", target_context="a"),
        )

        page = draw_html(overview)

        data = data_of(page)
        assert len(page.encode()) < 2_000_000
        assert sum(counts[4] for edge in data["edges"] for counts in edge["counts"]) == 18_001
        assert {len(places) for places in data["places"]} == {1, 888}
