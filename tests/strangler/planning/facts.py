"""A context that nothing blocks, to be spoilt in one place by each test."""

from dataclasses import replace

from boundaries.strangler.planning.facts import (
    CodeFacts,
    Column,
    Crossing,
    DatabaseFacts,
    Declaration,
    Facts,
    ForeignKey,
    ModelFacts,
    Place,
    PlannedTable,
    Relation,
    StoredTable,
)

LINE = Place("shop/pay/models.py", 7)

COLUMNS = (
    Column("id", "uuid"),
    Column("note", "character varying(200)"),
    Column("tags", "text[]"),
    Column("during", "tstzrange", kind="r"),
)
STORED = StoredTable(
    name="pay_bill",
    relation_kind="r",
    rows=1_000,
    bytes=200_000,
    key=("id",),
    columns=COLUMNS,
    foreign_keys=(ForeignKey("bill_of", "pay_bill", "pay_bill", True, "NO ACTION", "NO ACTION"),),
)
TABLE = PlannedTable("pay_bill", ("id",), None, "statement", "pay.Bill", STORED)

FREE = Facts(
    context="pay",
    declaration=Declaration(
        facade="shop.pay.public:Pay",
        implementation="shop.pay.local:LocalPay",
        claims_models=(),
        has_service=True,
        service_url="env:PAY_URL",
        service_database="env:PAY_DATABASE_URL",
    ),
    database=DatabaseFacts(vendor="postgresql"),
    models=(ModelFacts("pay.Bill", "pay_bill", managed=True, app_context="pay", place=LINE),),
    tables=(TABLE,),
    code=CodeFacts(packages=("shop.pay",), files=3, lines=120),
)


def declared(**changes):
    return replace(FREE, declaration=replace(FREE.declaration, **changes))


def stored(**changes):
    """The facts with the one table changed in the database."""
    return replace(FREE, tables=(replace(TABLE, stored=replace(STORED, **changes)),))


def related(kind, *, source_context="pay", target_context="people"):
    relation = Relation(kind, "pay.Bill.payer", "people.Person", source_context, target_context, LINE)
    return replace(FREE, relations=(relation,))


def crossing(kind, *, incoming=True, breaks_rule=True, through_door=False):
    source, target = ("cart", "pay") if incoming else ("pay", "cart")
    found = Crossing(
        kind=kind,
        place=Place("shop/cart/views.py", 3),
        source_context=source,
        target_context=target,
        source="shop.cart.views:total",
        target="shop.pay.models",
        breaks_rule=breaks_rule,
        through_door=through_door,
    )
    return replace(FREE, crossings=(found,))
