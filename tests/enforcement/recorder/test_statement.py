"""Are the tables of a statement found where SQL can name them, and nowhere else?"""

from __future__ import annotations

import pytest

from boundaries.enforcement.recorder.statement import read_statement


def tables(sql: str) -> tuple[str, str]:
    statement = read_statement(sql)
    return " ".join(sorted(statement.reads)), " ".join(sorted(statement.writes))


@pytest.mark.parametrize(
    ("sql", "reads"),
    [
        ('SELECT "a"."id" FROM "a" INNER JOIN "b" ON ("a"."x" = "b"."id") WHERE "a"."y" = %s', "a b"),
        ("SELECT * FROM a, b AS bb, (SELECT 1 FROM c) d, e ORDER BY 1, 2", "a b c e"),
        ("SELECT * FROM (a JOIN b ON a.id = b.id) NATURAL JOIN c", "a b c"),
        ("SELECT * FROM a JOIN b USING (id)", "a b"),
        ("SELECT * FROM a WHERE x = 'it''s' AND y IN (SELECT y FROM b UNION SELECT z FROM c)", "a b c"),
        ('SELECT * FROM billing.invoice i LEFT OUTER JOIN "billing"."line" ON 1=1', "billing.invoice billing.line"),
        ("SELECT * FROM `a` JOIN [b] ON 1 = 1", "a b"),
        ("SELECT * FROM ONLY a, LATERAL (SELECT * FROM b) x", "a b"),
        ("SELECT * FROM generate_series(1, 3) g, a", "a"),
        ("SELECT * FROM a AS x(y, z), b", "a b"),
        ("SELECT * FROM a FOR UPDATE OF a SKIP LOCKED", "a"),
        ("COPY a TO STDOUT", "a"),
        ("COPY (SELECT * FROM a) TO STDOUT", "a"),
    ],
)  # fmt: skip
def test_what_is_read(sql: str, reads: str) -> None:
    assert tables(sql) == (reads, "")


@pytest.mark.parametrize(
    ("sql", "reads", "writes"),
    [
        ('INSERT INTO "a" ("x", "y") VALUES (%s, %s), (%s, %s) RETURNING "a"."id"', "", "a"),
        ("INSERT INTO a (x) SELECT y FROM b JOIN c USING (id)", "b c", "a"),
        ("INSERT INTO a (x) VALUES (1) ON CONFLICT (x) DO UPDATE SET y = EXCLUDED.y", "", "a"),
        ("INSERT OR IGNORE INTO a (x) VALUES (1)", "", "a"),
        ("REPLACE INTO a (x) VALUES (1)", "", "a"),
        ('UPDATE "a" SET "x" = (SELECT U0."y" FROM "b" U0) WHERE "a"."id" IN (%s, %s)', "b", "a"),
        ("UPDATE a SET x = b.y FROM b, c WHERE a.id = b.id", "b c", "a"),
        ('DELETE FROM "a" WHERE "a"."id" IN (SELECT id FROM "b")', "b", "a"),
        ("DELETE FROM a AS x USING b WHERE x.id = b.id", "b", "a"),
        ("MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN UPDATE SET x = 1", "b", "a"),
        ("TRUNCATE TABLE a, b CASCADE", "", "a b"),
        ("COPY a (x, y) FROM STDIN", "", "a"),
        ("SELECT 1; DELETE FROM a", "", "a"),
        ("WITH gone AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM gone", "", "a b"),
    ],
)
def test_what_is_written(sql: str, reads: str, writes: str) -> None:
    assert tables(sql) == (reads, writes)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 'FROM b' /* FROM c */ FROM a -- FROM d",
        "SELECT $$ FROM b $$, $t$ it's FROM c $t$, E'\\' FROM d' FROM a",
        "SELECT EXTRACT(year FROM created), SUBSTRING(name FROM 3) FROM a",
        "SELECT * FROM a WHERE x IS DISTINCT FROM y",
        "SELECT * FROM a WHERE x LIKE %s ESCAPE '\\' AND y = ' FROM b' OR z LIKE %s ESCAPE '\\'",
        "WITH b AS (SELECT * FROM a), c (x, y) AS NOT MATERIALIZED (SELECT 1, 2) SELECT * FROM b, c",
        "WITH RECURSIVE tree AS (SELECT id FROM a UNION ALL SELECT a.id FROM a JOIN tree ON true) SELECT * FROM tree",
    ],
)
def test_what_is_no_table(sql: str) -> None:
    assert tables(sql) == ("a", "")


@pytest.mark.parametrize(
    "sql", ['SAVEPOINT "s1"', "BEGIN", "CREATE TABLE a (id int)", "SET search_path TO a", ""]
)
def test_what_names_no_tables(sql: str) -> None:
    assert tables(sql) == ("", "")
