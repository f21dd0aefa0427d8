"""What is in a database, as its catalogue says, so that two can be compared?"""

from __future__ import annotations

import psycopg

_QUERIES = {
    "schemas": "SELECT nspname, pg_get_userbyid(nspowner) FROM pg_namespace n WHERE {own}",
    "relations": """
        SELECT nspname, relname, relkind, reloptions, relrowsecurity, relreplident
        FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE {own}""",
    "privileges": """
        SELECT nspname, relname, coalesce(grantee::regrole::text, '-'), privilege_type
        FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace, aclexplode(coalesce(relacl, acldefault('r', relowner)))
        WHERE {own} AND relkind IN ('r', 'p', 'S')""",
    "columns": """
        SELECT nspname, relname, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated,
            pg_get_expr(adbin, adrelid)
        FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
        LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum WHERE {own} AND attnum > 0 AND NOT attisdropped""",
    "indexes": "SELECT schemaname, tablename, indexdef FROM pg_indexes JOIN pg_namespace n ON nspname = schemaname WHERE {own}",
    "constraints": """
        SELECT nspname, conrelid::regclass::text, conname, convalidated, pg_get_constraintdef(o.oid)
        FROM pg_constraint o JOIN pg_namespace n ON n.oid = connamespace WHERE {own}""",
    "triggers": """
        SELECT nspname, relname, tgname, tgenabled FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
        JOIN pg_namespace n ON n.oid = relnamespace WHERE {own} AND NOT tgisinternal""",
    "functions": "SELECT nspname, proname, prosrc FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE {own}",
    "event triggers": "SELECT evtname FROM pg_event_trigger",
    "locks": "SELECT locktype, objid::text FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
}
_OWN = "nspname !~ '^pg_' AND nspname <> 'information_schema'"


def catalogue(url: str) -> dict[str, list[str]]:
    """Everything in the database that somebody has made, by kind, sorted."""
    with psycopg.connect(url) as session:
        return {
            kind: sorted(str(row) for row in session.execute(query.replace("{own}", _OWN)))  # type: ignore[arg-type]
            for kind, query in _QUERIES.items()
        }


def difference(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    """What has gone (`-`) and what has come (`+`); empty where nothing has changed."""
    return [
        f"{sign} {kind}: {row}"
        for kind in before
        for sign, rows, others in (("-", before, after), ("+", after, before))
        for row in rows[kind]
        if row not in others[kind]
    ]
