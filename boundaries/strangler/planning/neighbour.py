"""Who touches the tables beside the application, as far as the database knows?

Catalogue and statistics only; what a role may not see is left out, so that one that may read the tables is enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from boundaries.strangler.planning.facts import DatabaseFacts, Neighbour, StoredTable

_ROLES = """
    SELECT coalesce(r.rolname, 'PUBLIC'), count(DISTINCT c.oid),
           bool_or(a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')), bool_or(r.oid = c.relowner)
    FROM pg_class c, LATERAL aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
    LEFT JOIN pg_roles r ON r.oid = a.grantee
    WHERE c.oid = ANY (%s) GROUP BY 1 ORDER BY 1
"""
_VIEWS = """
    SELECT DISTINCT v.oid::regclass::text, v.relkind
    FROM pg_depend d JOIN pg_rewrite w ON w.oid = d.objid JOIN pg_class v ON v.oid = w.ev_class
    WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
      AND d.refobjid = ANY (%s) AND v.oid <> d.refobjid AND v.relkind IN ('v', 'm') ORDER BY 1
"""
_FUNCTIONS = """
    SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND NOT starts_with(p.proname, 'boundaries_')
      AND p.prosrc ~* %s ORDER BY 1
"""
_SERVERS = """
    SELECT s.srvname, w.fdwname FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw ORDER BY 1
"""
_SESSIONS = """
    SELECT coalesce(usename, '?'), coalesce(nullif(application_name, ''), 'no name'), count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    GROUP BY 1, 2 ORDER BY 1, 2
"""
_PUBLICATIONS = """
    SELECT p.pubname, CASE WHEN p.puballtables THEN 'all tables' ELSE 'some of these tables' END FROM pg_publication p
    WHERE p.puballtables
       OR EXISTS (SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid AND r.prrelid = ANY (%s))
       OR EXISTS (SELECT FROM pg_publication_namespace s JOIN pg_class c ON c.relnamespace = s.pnnspid
                  WHERE s.pnpubid = p.oid AND c.oid = ANY (%s)) ORDER BY 1
"""
_SLOTS = """
    SELECT slot_name, slot_type || coalesce(', ' || plugin, '') || CASE WHEN active THEN '' ELSE ', nobody reads it' END
    FROM pg_replication_slots WHERE database IS NULL OR database = current_database() ORDER BY 1
"""
_REPLICAS = """
    SELECT coalesce(nullif(application_name, ''), usename, '?'), coalesce(state, 'not shown to this role')
    FROM pg_stat_replication ORDER BY 1
"""
_STATEMENTS = """
    SELECT r.rolname, sum(s.calls)::bigint, bool_or(s.query ~* '^\\s*(insert|update|delete|merge|truncate)')
    FROM {statements} s JOIN pg_roles r ON r.oid = s.userid
    WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND s.query ~* %s
    GROUP BY 1 ORDER BY 2 DESC, 1
"""
_FIND_STATEMENTS = """
    SELECT c.oid::regclass::text FROM pg_class c
    WHERE c.relname = 'pg_stat_statements' AND has_table_privilege(c.oid, 'SELECT')
"""


def describe_server(cursor: Any, facts: DatabaseFacts, stored: Iterable[StoredTable]) -> DatabaseFacts:
    """The facts with the server's version, and everybody who touches these tables."""
    version = str(_rows(cursor, "SHOW server_version")[0][0])
    tables = {table.name: table.oid for table in stored}
    found = tuple(_neighbours(cursor, list(tables.values()), list(tables))) if tables else ()
    return replace(facts, version=version, neighbours=found)


def _neighbours(cursor: Any, oids: list[int], names: Sequence[str]) -> Iterator[Neighbour]:
    word = _pattern(names)
    for role, number, writes, owns in _rows(cursor, _ROLES, oids):
        may = "owns" if owns else "may write" if writes else "may read"
        yield Neighbour("role", role, f"{may} {number} of {len(oids)} tables")
    yield from _from_statements(cursor, word)
    for view, kind in _rows(cursor, _VIEWS, oids):
        yield Neighbour("view", view, "materialized" if kind == "m" else "")
    for (function,) in _rows(cursor, _FUNCTIONS, word):
        yield Neighbour("function", function, "names a table")
    for server, wrapper in _rows(cursor, _SERVERS):
        yield Neighbour("foreign server", server, wrapper)
    for role, application, number in _rows(cursor, _SESSIONS):
        yield Neighbour("session", role, f"{application}, {number} now")
    for kind, query, parameters in (
        ("publication", _PUBLICATIONS, (oids, oids)),
        ("replication slot", _SLOTS, ()),
        ("replica", _REPLICAS, ()),
    ):
        for name, detail in _rows(cursor, query, *parameters):
            yield Neighbour(kind, name, detail)


def _from_statements(cursor: Any, word: str) -> Iterator[Neighbour]:
    """What `pg_stat_statements` has counted, where it is installed and may be read."""
    for (statements,) in _rows(cursor, _FIND_STATEMENTS)[:1]:
        for role, calls, writes in _rows(cursor, _STATEMENTS.format(statements=statements), word):
            yield Neighbour(
                "role seen",
                role,
                f"{'wrote' if writes else 'read'}, {calls:,} statements since the last reset",
            )


def _pattern(names: Sequence[str]) -> str:
    """PostgreSQL's regular expression for any of the tables as a whole word."""
    words = sorted({re.sub(r"\W", r"\\\g<0>", name.rpartition(".")[2].strip('"')) for name in names})
    return rf"\m({'|'.join(words)})\M"


def _rows(cursor: Any, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    cursor.execute(query, list(parameters))
    return list(cursor.fetchall())
