"""What does Backstage read?"""

from __future__ import annotations

import json
import re
from dataclasses import replace

from boundaries.contexts.map import Context
from boundaries.enforcement.overview import Overview, Size
from boundaries.enforcement.picture.backstage import draw_backstage, entities
from tests.enforcement.picture.generated import generated_overview

# What the catalog's own schema asks of names and tags.
NAME = re.compile(r"^(?=.{1,63}$)[A-Za-z0-9]+([-_.]+[A-Za-z0-9]+)*$")
TAG = re.compile(r"^[a-z0-9:+#]+(-[a-z0-9:+#]+)*$")
REQUIRED = {
    "System": {"owner"},
    "Component": {"type", "lifecycle", "owner"},
    "Resource": {"type", "owner"},
}


class TestCatalog:
    def test_is_one_the_catalog_takes(self) -> None:
        found = list(entities(generated_overview(50, owners=10)))

        known = {f"{entity['kind'].lower()}:{entity['metadata']['name']}" for entity in found}
        assert len(known) == len(found)
        for entity in found:
            assert entity["apiVersion"] == "backstage.io/v1alpha1"
            assert NAME.match(entity["metadata"]["name"])
            assert all(TAG.match(tag) for tag in entity["metadata"].get("tags", ()))
            assert REQUIRED[entity["kind"]] <= entity["spec"].keys()
            assert set(entity["spec"].get("dependsOn", ())) <= known
            assert NAME.match(entity["spec"]["owner"].removeprefix("group:"))

    def test_says_what_a_context_uses_and_who_owns_it(self) -> None:
        overview = generated_overview(8, owners=8)
        used = sorted(edge.target for edge in overview.edges if edge.source == "search")

        component = next(e for e in entities(overview) if e["metadata"]["name"] == "search")

        assert component["spec"]["dependsOn"] == [
            *(f"component:{name}" for name in used),
            "resource:shop-system-database",
        ]
        assert component["spec"]["owner"] == "group:search-team"

    def test_gives_a_service_its_own_database(self) -> None:
        overview = generated_overview(8, owners=8)

        outside = next(context.name for context in overview.contexts if context.state == "outside")

        component = next(e for e in entities(overview) if e["metadata"]["name"] == outside)
        assert component["spec"]["type"] == "service"
        assert f"resource:{outside}-database" in component["spec"]["dependsOn"]

    def test_takes_names_that_the_catalog_does_not(self) -> None:
        names = ["a b", "a-b", "家", "x" * 80, "_"]
        contexts = tuple(Context(name, ("shop",), owner="@shop/money-team") for name in names)
        overview = Overview("shop", contexts, dict.fromkeys(names, Size()), (), {})

        found = list(entities(overview))

        written = [entity["metadata"]["name"] for entity in found]
        assert all(NAME.match(name) for name in written)
        assert len(set(written)) == len(written)
        assert {entity["spec"]["owner"] for entity in found} == {"group:money-team"}

    def test_is_written_as_yaml_of_quoted_strings(self) -> None:
        overview = replace(generated_overview(8, owners=8), project='shop: "#1"')

        documents = draw_backstage(overview).split("\n---\n")

        assert len(documents) == len(list(entities(overview)))
        for line in "\n".join(documents).splitlines():
            text = re.fullmatch(r" *(?:- (.*)|[A-Za-z]+:(?: (.*))?)", line)
            assert text
            value = text[1] or text[2]
            assert value is None or json.loads(value)
