"""Check that the tables that people read come from one build."""

from pathlib import Path

import duckdb

from olist_segments.project import UserError

COUNTS = {"customer_segments": "count(*)", "segment_by_state": "sum(customer_count)"}
# These have every customer with a segment; orders may lack payments, items a category.
COMPLETE = ("customer_segments", "segment_profile", "segment_by_state")


def check_whole(database: Path) -> None:
    """Refuse a database with tables of two builds.

    Parameters
    ----------
    database : Path
        A built database; opened for reading and closed again.

    Raises
    ------
    UserError
        If some tables come from an earlier build than others.
    duckdb.BinderException, duckdb.CatalogException
        If a table is missing.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        stale = stale_tables(connection)
    if stale:
        raise UserError(
            f"{database} has tables of an earlier build ({', '.join(stale)}): the last "
            "build stopped, so build again first"
        )


def breakdowns(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """List the tables that break segments down, such as segment_by_state."""
    found = connection.sql(
        "select table_name from information_schema.tables "
        "where table_schema = 'main' and starts_with(table_name, 'segment_by_') "
        "order by table_name"
    )
    return [name for (name,) in found.fetchall()]


def stale_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """List tables whose segments differ from those of the table segments.

    A segment without customers may be missing.

    Parameters
    ----------
    connection : DuckDBPyConnection
        A built database.

    Returns
    -------
    list of str
        Names of tables. After a build that stopped half-way, some tables come from
        the build before.

    Raises
    ------
    duckdb.BinderException, duckdb.CatalogException
        If a table is missing.
    """
    named = "select segment_id, segment_key, segment_name from"
    members = f"{named} segments where customer_count > 0"
    stale = [
        table
        for table in ("customer_segments", "segment_profile", *breakdowns(connection))
        if connection.sql(f"{named} {table} except {named} segments").fetchall()
        or (
            table in COMPLETE
            and connection.sql(f"{members} except {named} {table}").fetchall()
        )
    ]
    # On another day, segments have other numbers of customers.
    for table, count in COUNTS.items():
        counted = f"select segment_id, {count} from {table} group by segment_id"
        known = "select segment_id, customer_count from segments"
        if table not in stale and (
            connection.sql(f"{counted} except {known}").fetchall()
        ):
            stale.append(table)
    models = "select model_id from segment_models where is_current"
    if (
        "customer_segments" not in stale
        and connection.sql(
            f"select model_id from customer_segments except ({models})"
        ).fetchall()
    ):
        stale.append("customer_segments")
    return stale
