"""How a database tells synthetic customers from real ones."""

import duckdb

# How all ids of demo data end: so the data say by themselves that they are made up.
MARK = b"fa15eda7a"


def is_synthetic(connection: duckdb.DuckDBPyConnection) -> bool:
    """Say whether all customers of a built database are made up.

    Parameters
    ----------
    connection : DuckDBPyConnection
        To a database with the table customers; without it nothing is said to be
        made up.

    Returns
    -------
    bool
    """
    try:
        ((real,),) = connection.execute(
            "select count(*) from customers "
            "where not ends_with(customer_unique_id, $1)",
            [MARK.decode()],
        ).fetchall()
    except duckdb.CatalogException:
        return False
    return real == 0
