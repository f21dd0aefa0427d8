"""The shapes of tables and the values that are moved to and fro, or refused.

A shape with `refused` says the blocker's code, and words that its message has; any other must get past `plan` and come
through exactly. Statements run as the tables' owner, who is an application to the triggers.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

Key = tuple[str, ...]


@dataclass(frozen=True)
class Shape:
    """Tables of one case, what fills them, and what happens to them at the monolith and then at the service."""

    name: str
    ddl: str
    tables: dict[str, Key]
    fill: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    at_the_service: tuple[str, ...] = ()
    service_ddl: str | None = None
    refused: tuple[str, str] | None = None

    @property
    def needs_icu(self) -> bool:
        """Whether it uses the nondeterministic collation, which only a server with ICU has."""
        return "no_case" in self.ddl


def of_types(name: str, columns: dict[str, tuple[str, ...]]) -> Shape:
    """One table with a column for each type; row n has the n-th value of each, and NULL after the last."""
    types = [f'"c {number}" {kind}' for number, kind in enumerate(columns)]
    names = [f'"c {number}"' for number in range(len(columns))]
    rows = max(len(values) for values in columns.values()) + 1
    every = ", ".join(names)
    fill = tuple(
        f"INSERT INTO moved_thing (id, {every}) VALUES ({row}, {', '.join(_nth(kind, values, row) for kind, values in columns.items())})"
        for row in range(rows)
    )
    others = ", ".join(f"b.{column}" for column in names)

    def change(by: int) -> tuple[str, ...]:
        return (
            f"UPDATE moved_thing a SET ({every}) = ROW({others}) FROM moved_thing b WHERE a.id = 0 AND b.id = 1",
            "UPDATE moved_thing SET id = -id WHERE id = 1",
            "DELETE FROM moved_thing WHERE id = 2",
            f"INSERT INTO moved_thing (id, {every}) SELECT {by} + id, {every} FROM moved_thing WHERE id BETWEEN 3 AND 99",
        )

    ddl = f"CREATE TABLE moved_thing (id bigint PRIMARY KEY, {', '.join(types)})"
    return Shape(name, ddl, {"moved_thing": ("id",)}, fill, change(100), change(200))


def of_key(name: str, kind: str, *values: str) -> Shape:
    """One table with a key of that type: rows, a change of a key to another spelling of it, a swap, a removal."""
    numbered = tuple(f"INSERT INTO moved_thing VALUES ({value}, {n})" for n, value in enumerate(values[:-1]))
    last = len(numbered) - 1
    changes = (
        f"DELETE FROM moved_thing WHERE number = {last}",
        f"UPDATE moved_thing SET id = {values[-1]} WHERE number = 0",  # the same key, spelt otherwise
        "UPDATE moved_thing SET number = number + 10",
    )
    back = (
        f"UPDATE moved_thing SET id = {values[0]} WHERE number = 10",
        "DELETE FROM moved_thing WHERE number = 11",
    )
    ddl = f"CREATE TABLE moved_thing (id {kind} PRIMARY KEY, number int)"
    return Shape(f"key of {name}", ddl, {"moved_thing": ("id",)}, numbered, changes, back)


def _nth(kind: str, values: tuple[str, ...], row: int) -> str:
    base = kind.partition(" COLLATE")[0]
    return f"{values[row]}::{base}" if row < len(values) else "NULL"


def _large(megabytes: int) -> Shape:
    return Shape(
        f"rows of {megabytes} MB",
        "CREATE TABLE moved_thing (id bigint PRIMARY KEY, body bytea, note text)",
        {"moved_thing": ("id",)},
        tuple(
            f"INSERT INTO moved_thing VALUES ({n}, decode(repeat('{n}f0a', {megabytes} * 524288 / 2), 'hex'), repeat('é\\', {megabytes} * 349525))"
            for n in (1, 2)
        ),
        ("UPDATE moved_thing SET note = 'x' || note WHERE id = 1", "DELETE FROM moved_thing WHERE id = 2"),
        ("UPDATE moved_thing SET id = 3, body = body || '\\x00'",),
    )


TYPES = (
    of_types("numbers", {
        "smallint": ("'-32768'", "0", "32767"), "bigint": ("'-9223372036854775808'", "9223372036854775807"),
        "real": ("'NaN'", "'Infinity'", "'-Infinity'", "'-0'", "1e-45"),
        "double precision": ("'-0'", "'0'", "'NaN'", "'-Infinity'", "0.1", "5e-324"),
        "numeric": ("1.0", "1.00", "'NaN'", "'Infinity'", "'-Infinity'", "0.000000000000000000001"),
        "numeric(12,2)": ("1", "-0.005", "9999999999.99"), "boolean": ("true", "false"), "money": ("'12.34'", "'-1'"),
    }),
    of_types("texts", {
        "text": ("''", "E'\\\\N'", "E'a\\tb\\nc\\rd\\\\'", "'{\"''}'", "'żółć 漢字 🦊'", "'NULL'"),
        "character varying(5)": ("''", "' a  '", "'%s {}'"), "character(4)": ("''", "'a'", "'a  b'"),
        '"char"': ("'x'", "''"), "name": ("'Order'",),
        "tsvector": ("'a:1 b:2'",), "tsquery": ("'a & b'",),
    }),
    of_types("moments", {
        "date": ("'0044-03-15 BC'", "'infinity'", "'-infinity'", "'9999-12-31'"),
        "timestamp with time zone": (
            "'2026-03-29 01:59:59.999999+01'", "'2026-10-25 02:30+02'", "'2026-10-25 02:30+01'", "'infinity'",
        ),
        "timestamp without time zone": ("'2026-03-29 02:30'", "'-infinity'", "'0001-01-01 BC'"),
        "time without time zone": ("'24:00'", "'23:59:59.999999'"), "time with time zone": ("'02:30+02'", "'02:30-11'"),
        "interval": ("'1 month -1 day 25:00'", "'30 days'", "'1 month'", "'-0.000001 s'"),
    }),
    of_types("json", {
        "json": ("'{\"a\": -0.0,  \"a\":1.00}'", "'null'", "'[ 1,2 ]'", "'\"\\u00e9\"'"),
        "jsonb": ("'{\"b\": 1.00, \"a\": -0.0}'", "'null'", "'[1, 1.0]'", "'\"NaN\"'", "'{\"e\": 1e400}'"),
        "jsonpath": ("'$.a[*]'",),
    }),
    of_types("bytes and bits", {
        "bytea": ("''", "'\\x00ff5c'", "'\\xdeadbeef'"), "bit(3)": ("B'101'",), "bit varying": ("B''", "B'0010'"),
        "uuid": ("'00000000-0000-0000-0000-000000000000'", "gen_random_uuid()"),
    }),
    of_types("addresses and places", {
        "inet": ("'10.0.0.1/8'", "'10.0.0.1'", "'::1'"), "cidr": ("'10.0.0.0/8'",), "macaddr": ("'08:00:2b:01:02:03'",),
        "point": ("'(-0,1)'", "'(NaN,Infinity)'"), "box": ("'(1,1),(0,0)'", "'(2,0.5),(0,0)'"),
        "polygon": ("'((0,0),(1,1),(1,0))'",), "circle": ("'<(0,0),1>'",), "path": ("'[(0,0),(1,1)]'",),
    }),
    of_types("arrays and ranges", {
        "integer[]": ("'{}'", "'{1,NULL,3}'", "'[2:3]={1,2}'", "'{{1,2},{3,4}}'"),
        "text[]": ("ARRAY['', NULL, 'NULL', '{}', '\"', 'a,b']", "'{}'"), "numeric[]": ("'{1.0,1.00,NaN}'",),
        "jsonb[]": ("ARRAY['{\"a\": 1.0}']",), "character varying(3)[]": ("'{abc}'",),
        "int4range": ("'empty'", "'[1,5]'", "'(,)'"), "numrange": ("'[1.0,1.00]'", "'(0,Infinity)'"),
        "tstzrange": ("'[2026-03-29 01:59+01,)'", "'empty'"), "daterange[]": ("ARRAY['[2026-01-01,2026-02-01)']",),
        "int4multirange": ("'{[1,3),[5,9)}'", "'{}'"),
    }),
)  # fmt: skip

KEYS = (
    of_key("smallint", "smallint", "-3", "0", "7", "11"),
    of_key("uuid", "uuid", *(f"'{digit * 8}-0000-4000-8000-00000000000{digit}'" for digit in "0f17")),
    of_key("text", "text", "'a'", "'B'", "E'\\\\ \"{},'", "''", "'é%s'"),
    of_key("padded text", "character(3)", "'a'", "'b'", "'c'", "'a b'"),
    of_key("number whose spelling changes", "numeric", "1.0", "2", "'NaN'", "1.00"),
    of_key("float whose sign changes", "double precision", "'0'", "0.1", "'Infinity'", "'-0'"),
    of_key("length of time", "interval", "'1 month'", "'-1 s'", "'1 day'", "'30 days'"),
    of_key("bytes", "bytea", "'\\x00'", "'\\xff5c'", "'\\x'", "'\\x41'"),
    of_key("moment", "timestamptz", "'2026-10-25 02:30+02'", "'2026-02-03 00:00+00'", "'infinity'", "'2026-10-25 02:30+01'"),
    of_key("day", "date", "'2026-02-03'", "'0044-03-15 BC'", "'infinity'", "'2026-03-02'"),
    of_key("text without case", "text COLLATE no_case", "'Ann'", "'bob'", "'Éve'", "'ANN'"),
    Shape(
        "key of several columns",
        "CREATE TABLE moved_thing (b text, a int, day date, number int, PRIMARY KEY (a, b, day))",
        {"moved_thing": ("a", "b", "day")},
        tuple(f"INSERT INTO moved_thing VALUES ('{n % 3}x', {n % 2}, '2026-01-0{n + 1}', {n})" for n in range(8)),
        ("UPDATE moved_thing SET a = 1 - a", "DELETE FROM moved_thing WHERE number = 3", "UPDATE moved_thing SET b = number"),
        ("UPDATE moved_thing SET day = day + number", "DELETE FROM moved_thing WHERE number = 4"),
    ),
    Shape(
        "key that can be deferred",
        "CREATE TABLE moved_thing (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, number int)",
        {"moved_thing": ("id",)},
        ("INSERT INTO moved_thing SELECT n, n FROM generate_series(1, 9) n",),
        ("UPDATE moved_thing SET id = 10 - id", "DELETE FROM moved_thing WHERE number = 3"),
        ("UPDATE moved_thing SET id = id + 1", "UPDATE moved_thing SET number = 0 WHERE id = 3"),
    ),
    Shape(
        "key with more columns in its index",
        "CREATE TABLE moved_thing (id int, number int, PRIMARY KEY (id) INCLUDE (number))",
        {"moved_thing": ("id",)},
        ("INSERT INTO moved_thing SELECT n, n FROM generate_series(1, 9) n",),
        ("UPDATE moved_thing SET number = 0",),
        ("UPDATE moved_thing SET id = id + 100",),
    ),
)  # fmt: skip

_SWAP = """
UPDATE moved_thing SET {column} = {aside} WHERE id = 1;
UPDATE moved_thing SET {column} = {one} WHERE id = 2;
UPDATE moved_thing SET {column} = {two} WHERE id = 1
"""


def _swapped(name: str, ddl: str, column: str, one: str, two: str, aside: str) -> Shape:
    """Two rows exchange values that no two rows may share."""
    to, fro = (
        _SWAP.format(column=column, one=one, two=two, aside=aside),
        _SWAP.format(column=column, one=two, two=one, aside=aside),
    )
    fill = tuple(
        f"INSERT INTO moved_thing (id, {column}) VALUES ({n}, {value})" for n, value in ((1, one), (2, two))
    )
    return Shape(name, ddl, {"moved_thing": ("id",)}, fill, (to,), (fro, "DELETE FROM moved_thing WHERE id = 2"))  # fmt: skip


CONSTRAINTS = (
    _swapped("unique", "CREATE TABLE moved_thing (id int PRIMARY KEY, v int UNIQUE)", "v", "1", "2", "3"),
    _swapped("unique of an expression", "CREATE TABLE moved_thing (id int PRIMARY KEY, v text); CREATE UNIQUE INDEX ON moved_thing (lower(v))", "v", "'A'", "'b'", "'c'"),
    _swapped("unique that can be deferred", "CREATE TABLE moved_thing (id int PRIMARY KEY, v int UNIQUE DEFERRABLE)", "v", "1", "2", "3"),
    _swapped("unique with one NULL", "CREATE TABLE moved_thing (id int PRIMARY KEY, v int UNIQUE NULLS NOT DISTINCT)", "v", "NULL", "2", "3"),
    _swapped("unique without case", "CREATE TABLE moved_thing (id int PRIMARY KEY, v text COLLATE no_case UNIQUE)", "v", "'a'", "'B'", "'c'"),
    _swapped(
        "exclusion", "CREATE TABLE moved_thing (id int PRIMARY KEY, v int4range, EXCLUDE USING gist (v WITH &&))",
        "v", "'[1,5)'::int4range", "'[5,9)'::int4range", "'empty'::int4range",
    ),
    _swapped(
        "exclusion that can be deferred",
        "CREATE TABLE moved_thing (id int PRIMARY KEY, v box, EXCLUDE USING gist (v WITH &&) DEFERRABLE)",
        "v", "'(1,1),(0,0)'::box", "'(3,3),(2,2)'::box", "'(9,9),(8,8)'::box",
    ),
    Shape(
        "exclusion of an expression",
        "CREATE TABLE moved_thing (id int PRIMARY KEY, low int, high int, off bool DEFAULT false,"
        " EXCLUDE USING gist (int4range(low, high) WITH &&) WHERE (NOT off))",
        {"moved_thing": ("id",)},
        ("INSERT INTO moved_thing VALUES (2, 1, 5), (1, 5, 9)",),
        ("UPDATE moved_thing SET off = true WHERE id = 2; UPDATE moved_thing SET low = 1 WHERE id = 1",),
        ("UPDATE moved_thing SET off = true; UPDATE moved_thing SET off = false WHERE id = 2",),
    ),
    Shape(
        "unique among some rows",
        "CREATE TABLE moved_thing (id int PRIMARY KEY, v int, chosen bool); CREATE UNIQUE INDEX ON moved_thing (v) WHERE chosen",
        {"moved_thing": ("id",)},
        ("INSERT INTO moved_thing VALUES (1, 7, false), (2, 7, true), (3, 7, false)",),
        ("UPDATE moved_thing SET chosen = false WHERE id = 2; UPDATE moved_thing SET chosen = true WHERE id = 1",),
        ("UPDATE moved_thing SET chosen = false WHERE id = 1; UPDATE moved_thing SET chosen = true WHERE id = 3",),
    ),
    Shape(
        "references to itself",
        "CREATE TABLE moved_thing (id int PRIMARY KEY, parent int REFERENCES moved_thing DEFERRABLE INITIALLY DEFERRED)",
        {"moved_thing": ("id",)},
        ("INSERT INTO moved_thing SELECT n, n % 9 + 1 FROM generate_series(1, 9) n",),
        ("UPDATE moved_thing SET parent = id", "UPDATE moved_thing SET parent = id % 9 + 1; DELETE FROM moved_thing WHERE id = 5; UPDATE moved_thing SET parent = NULL WHERE parent = 5"),
        ("UPDATE moved_thing SET id = id + 100, parent = parent + 100",),
    ),
    Shape(
        "a cycle, one way through a unique column",
        "CREATE TABLE moved_a (id int PRIMARY KEY, code text UNIQUE, b int);"
        "CREATE TABLE moved_b (id int PRIMARY KEY, a text REFERENCES moved_a (code) DEFERRABLE INITIALLY DEFERRED);"
        "ALTER TABLE moved_a ADD FOREIGN KEY (b) REFERENCES moved_b DEFERRABLE INITIALLY DEFERRED",
        {"moved_a": ("id",), "moved_b": ("id",)},
        ("INSERT INTO moved_a VALUES (1, 'x', 1), (2, 'y', 2); INSERT INTO moved_b VALUES (1, 'x'), (2, 'y')",),
        ("UPDATE moved_a SET code = 'z' WHERE id = 1; UPDATE moved_b SET a = 'z' WHERE id = 1; DELETE FROM moved_a WHERE id = 2; DELETE FROM moved_b WHERE id = 2",),
        ("UPDATE moved_b SET id = 5; UPDATE moved_a SET b = 5",),
    ),
    Shape(
        "many to many",
        "CREATE TABLE moved_a (id int PRIMARY KEY); CREATE TABLE moved_a_b (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,"
        " a int REFERENCES moved_a DEFERRABLE INITIALLY DEFERRED, b int, UNIQUE (a, b))",
        {"moved_a": ("id",), "moved_a_b": ("id",)},
        ("INSERT INTO moved_a SELECT generate_series(1, 4); INSERT INTO moved_a_b (a, b) SELECT id, id FROM moved_a",),
        ("DELETE FROM moved_a_b WHERE a = 1; INSERT INTO moved_a_b (a, b) VALUES (1, 1), (1, 2)",),
        ("DELETE FROM moved_a_b; INSERT INTO moved_a_b (a, b) VALUES (1, 1), (1, 2)",),
    ),
)  # fmt: skip


def _filled(name: str, column: str) -> Shape:
    """A column that the database fills from a sequence; the key is something else."""
    return Shape(
        name,
        f"CREATE TABLE moved_thing (id int PRIMARY KEY, v text, number {column})",
        {"moved_thing": ("id",)},
        ("INSERT INTO moved_thing (id, v) SELECT n, n FROM generate_series(1, 5) n",),
        ("UPDATE moved_thing SET v = v || '!'", "UPDATE moved_thing SET number = DEFAULT WHERE id = 1", "INSERT INTO moved_thing (id, v) VALUES (6, '')"),
        ("INSERT INTO moved_thing (id, v) VALUES (7, '')", "UPDATE moved_thing SET number = DEFAULT WHERE id < 4"),
    )  # fmt: skip


def _keyed(name: str, column: str, before: str = "") -> Shape:
    """A key that the database hands out; none of those of either side is handed out again."""
    more = "INSERT INTO moved_thing (v) VALUES ('more'), ('and more')"
    return Shape(
        name,
        f"{before}CREATE TABLE moved_thing (id {column} PRIMARY KEY, v text)",
        {"moved_thing": ("id",)}, (more, more), (more, "DELETE FROM moved_thing WHERE id = 1"), (more, more),
    )  # fmt: skip


COLUMNS = (
    _filled("identity always", "bigint GENERATED ALWAYS AS IDENTITY"),
    _filled("identity by default", "bigint GENERATED BY DEFAULT AS IDENTITY"),
    _filled("identity always, and unique", "bigint GENERATED ALWAYS AS IDENTITY UNIQUE"),
    _keyed("key of identity always", "bigint GENERATED ALWAYS AS IDENTITY"),
    _keyed("key of serial", "serial"),
    _keyed("key of a sequence near its end", "smallint GENERATED BY DEFAULT AS IDENTITY (START 32500)"),
    _keyed("key of a sequence of nobody", "bigint DEFAULT nextval('moved_numbers')", "CREATE SEQUENCE moved_numbers; "),
    Shape(
        "generated columns",
        "CREATE TABLE moved_thing (id int PRIMARY KEY, net numeric(10,2), gross numeric(10,2) GENERATED ALWAYS AS (net * 1.2) STORED UNIQUE, doubled int GENERATED ALWAYS AS (id * 2))",
        {"moved_thing": ("id",)},
        ("INSERT INTO moved_thing (id, net) VALUES (1, 10), (2, 20), (3, 30)",),
        ("UPDATE moved_thing SET net = 15 WHERE id = 1; UPDATE moved_thing SET net = 10 WHERE id = 2; UPDATE moved_thing SET net = 20 WHERE id = 1",),
        ("UPDATE moved_thing SET net = net + 1, id = id + 5",),
    ),
    Shape(
        "another order of columns, and dropped ones",
        "CREATE TABLE moved_thing (gone int, id int PRIMARY KEY, b text, a int, c date); ALTER TABLE moved_thing DROP gone; ALTER TABLE moved_thing ADD d text DEFAULT 'd'",
        {"moved_thing": ("id",)},
        ("INSERT INTO moved_thing (id, b, a, c) SELECT n, n || 'b', -n, '2026-01-01' FROM generate_series(1, 9) n",),
        ("UPDATE moved_thing SET b = NULL WHERE id = 1; UPDATE moved_thing SET id = 50 WHERE id = 2; DELETE FROM moved_thing WHERE id = 3",),
        ("UPDATE moved_thing SET a = id; DELETE FROM moved_thing WHERE id = 4",),
        service_ddl="CREATE TABLE moved_thing (c date, a int, d text DEFAULT 'd', gone int, b text, id int PRIMARY KEY); ALTER TABLE moved_thing DROP gone",
    ),
    Shape(
        "mixed case, reserved and odd names",
        'CREATE TABLE "Moved Order" ("select" int, "User""s %s" text, "from" int UNIQUE, "{}" int, PRIMARY KEY ("select", "{}"))',
        {"Moved Order": ("select", "{}")},
        ('INSERT INTO "Moved Order" SELECT n, n, n, 0 FROM generate_series(1, 9) n',),
        ('UPDATE "Moved Order" SET "User""s %s" = NULL; UPDATE "Moved Order" SET "select" = 50 WHERE "select" = 2',),
        ('UPDATE "Moved Order" SET "{}" = 1; DELETE FROM "Moved Order" WHERE "from" = 4',),
    ),
    Shape(
        "another schema",
        'CREATE SCHEMA "Moved shop"; CREATE TABLE "Moved shop".moved_thing (id serial PRIMARY KEY, v int UNIQUE, up int REFERENCES "Moved shop".moved_thing DEFERRABLE INITIALLY DEFERRED); CREATE INDEX ON "Moved shop".moved_thing (up)',
        {'Moved shop"."moved_thing': ("id",)},
        ('INSERT INTO "Moved shop".moved_thing (v) SELECT generate_series(1, 9); UPDATE "Moved shop".moved_thing SET up = id',),
        ('UPDATE "Moved shop".moved_thing SET v = -v; DELETE FROM "Moved shop".moved_thing WHERE id = 9',),
        ('INSERT INTO "Moved shop".moved_thing (v) VALUES (100)',),
    ),
    Shape(
        "a name of 63 characters",
        f"CREATE TABLE moved_{'x' * 57} (id serial PRIMARY KEY, {'y' * 63} int UNIQUE)",
        {f"moved_{'x' * 57}": ("id",)},
        (f"INSERT INTO moved_{'x' * 57} ({'y' * 63}) SELECT generate_series(1, 9)",),
        (f"DELETE FROM moved_{'x' * 57} WHERE id = 1",), (f"UPDATE moved_{'x' * 57} SET id = -id",),
    ),
    Shape(
        "a key and nothing else",
        "CREATE TABLE moved_thing (id int PRIMARY KEY)", {"moved_thing": ("id",)},
        ("INSERT INTO moved_thing SELECT generate_series(1, 9)",), ("UPDATE moved_thing SET id = -id WHERE id < 5",),
        ("DELETE FROM moved_thing WHERE id < 0",),
    ),
)  # fmt: skip


_PARTS = """
CREATE TABLE moved_thing (id int, day date, v text, code int, PRIMARY KEY (id, day), UNIQUE (code, day, id)) PARTITION BY RANGE (day);
CREATE INDEX ON moved_thing (v);
CREATE TABLE moved_old PARTITION OF moved_thing FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
CREATE TABLE moved_new PARTITION OF moved_thing FOR VALUES FROM ('2026-01-01') TO (MAXVALUE) PARTITION BY HASH (id);
CREATE TABLE moved_even (day date NOT NULL, code int, id int NOT NULL, v text);
ALTER TABLE moved_new ATTACH PARTITION moved_even FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE moved_odd PARTITION OF moved_new FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE UNIQUE INDEX ON moved_old (v);
CREATE TABLE moved_child (id int PRIMARY KEY, thing int, day date, FOREIGN KEY (thing, day) REFERENCES moved_thing DEFERRABLE INITIALLY DEFERRED)
"""
PARTITIONS = (
    Shape(
        "partitions within partitions",
        _PARTS,
        {"moved_child": ("id",), "moved_thing": ("id", "day")},
        (
            "INSERT INTO moved_thing SELECT n, '2025-12-28'::date + n, 'v' || n, n FROM generate_series(1, 12) n",
            "INSERT INTO moved_child SELECT n, n, '2025-12-28'::date + n FROM generate_series(5, 9) n",
        ),
        (
            "UPDATE moved_thing SET day = day + 1 WHERE id IN (3, 12)",
            "UPDATE moved_old SET v = v || ' directly'", "DELETE FROM moved_new WHERE id = 11",
            "INSERT INTO moved_odd (id, day, v) SELECT id, day + 40, v FROM moved_odd", "TRUNCATE moved_old, moved_child",
        ),
        ("UPDATE moved_thing SET v = NULL WHERE id > 10", "DELETE FROM moved_odd WHERE day > '2026-02-01'", "UPDATE moved_thing SET code = 100 - code"),
    ),
)  # fmt: skip


def _refused(name: str, ddl: str, code: str, words: str, key: Key = ("id",)) -> Shape:
    return Shape(name, ddl, {"moved_thing": key}, refused=(code, words))


REFUSED = (
    _refused("no key", "CREATE TABLE moved_thing (id int)", "BD522", "moved_thing has no primary key"),
    _refused("a view", "CREATE VIEW moved_thing AS SELECT 1 AS id", "BD526", "a view"),
    _refused("inheritance", "CREATE TABLE moved_up (id int); CREATE TABLE moved_thing (PRIMARY KEY (id)) INHERITS (moved_up)", "BD526", "moved_up"),
    _refused("unlogged", "CREATE UNLOGGED TABLE moved_thing (id int PRIMARY KEY)", "BD526", "unlogged"),
    _refused("enumeration", "CREATE TYPE moved_mood AS ENUM ('a'); CREATE TABLE moved_thing (id int PRIMARY KEY, v moved_mood)", "BD529", "moved_thing.v is of type moved_mood"),
    _refused("domain", "CREATE DOMAIN moved_short AS text; CREATE TABLE moved_thing (id int PRIMARY KEY, v moved_short)", "BD529", "moved_short"),
    _refused("row type", "CREATE TYPE moved_pair AS (a int); CREATE TABLE moved_thing (id int PRIMARY KEY, v moved_pair[])", "BD529", "moved_pair[]"),
    _refused("object identifier", "CREATE TABLE moved_thing (id int PRIMARY KEY, v regclass, w oid)", "BD529", "moved_thing.w is of type oid"),
    _refused("key that cascades", "CREATE TABLE moved_thing (id int PRIMARY KEY, up int REFERENCES moved_thing ON DELETE CASCADE)", "BD528", "ON DELETE CASCADE"),
    _refused("key that cannot wait", "CREATE TABLE moved_thing (id int PRIMARY KEY, up int REFERENCES moved_thing)", "BD528", "cannot be deferred"),
    _refused("check that not every row meets", "CREATE TABLE moved_thing (id int PRIMARY KEY); ALTER TABLE moved_thing ADD CONSTRAINT small CHECK (id < 5) NOT VALID", "BD528", "small, which is not validated"),
    _refused("descending sequence", "CREATE TABLE moved_thing (id int GENERATED ALWAYS AS IDENTITY (INCREMENT -1) PRIMARY KEY)", "BD529", "moved_thing_id_seq"),
    _refused("sequence that begins again", "CREATE TABLE moved_thing (id int GENERATED ALWAYS AS IDENTITY (CYCLE) PRIMARY KEY)", "BD529", "moved_thing_id_seq"),
    _refused("trigger", "CREATE TABLE moved_thing (id int PRIMARY KEY); CREATE TRIGGER moved_t BEFORE UPDATE ON moved_thing FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()", "BD527", "moved_t"),
    _refused("row security", "CREATE TABLE moved_thing (id int PRIMARY KEY); ALTER TABLE moved_thing ENABLE ROW LEVEL SECURITY", "BD527", "row level security"),
    _refused("rule", "CREATE TABLE moved_thing (id int PRIMARY KEY); CREATE RULE moved_r AS ON DELETE TO moved_thing DO INSTEAD NOTHING", "BD527", "moved_r"),
)  # fmt: skip

LARGE = (_large(1), *((_large(100),) if os.environ.get("BOUNDARIES_NIGHTLY") else ()))
SHAPES = (*TYPES, *KEYS, *CONSTRAINTS, *COLUMNS, *PARTITIONS, *LARGE, *REFUSED)
