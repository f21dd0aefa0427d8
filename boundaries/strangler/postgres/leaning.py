"""What else in a database leans on the tables that are to go?"""

from __future__ import annotations

from collections.abc import Sequence

from boundaries.strangler.postgres.connection import Connection
from boundaries.strangler.postgres.table import Table

_FOREIGN_KEYS = """
SELECT format('foreign key %%s of %%s to %%s', conname, conrelid::regclass, confrelid::regclass) FROM pg_constraint
WHERE contype = 'f' AND conparentid = 0
  AND (conrelid = ANY (%(tables)s::regclass[])) <> (confrelid = ANY (%(tables)s::regclass[]))
"""
_VIEWS = """
SELECT DISTINCT format('%%s %%s', CASE relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END, c.oid::regclass)
FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class c ON c.oid = r.ev_class
WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
  AND d.refobjid = ANY (%(tables)s::regclass[]) AND c.oid <> ALL (%(tables)s::regclass[])
"""
_PUBLICATIONS = """
SELECT format('publication %%s of %%s', pubname, prrelid::regclass) FROM pg_publication_rel
JOIN pg_publication p ON p.oid = prpubid WHERE prrelid = ANY (%(tables)s::regclass[])
"""


def leaning_on(connection: Connection, tables: Sequence[Table]) -> list[str]:
    """Foreign keys from and to other tables, views and publications, in words; empty when the tables stand alone."""
    own = [place.as_string(connection) for table in tables if not table.is_shared for place in table.places]
    return [
        row[0]
        for query in (_FOREIGN_KEYS, _VIEWS, _PUBLICATIONS)
        for row in connection.execute(query, {"tables": own}).fetchall()
    ]


def may_retire(connection: Connection) -> bool:
    """Whether the owner of the tables can move them: the schema `retired` is there and its own, or it may make it."""
    row = connection.execute(
        """
        SELECT CASE WHEN to_regnamespace('retired') IS NULL
            THEN has_database_privilege(current_database(), 'CREATE')
            ELSE has_schema_privilege('retired', 'CREATE') END
        """
    ).fetchone()
    return bool(row and row[0])
