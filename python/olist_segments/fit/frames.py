"""How a Python model reads and returns tables in each engine: the only such place."""

import math

import numpy as np
import pandas as pd


def read_frame(relation, *order_by: str) -> pd.DataFrame:
    """Read the result of ``dbt.ref`` as a pandas DataFrame.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        A Spark DataFrame is collected through Arrow by the process that runs the model.
    *order_by : str
        Columns to order by, if the order of rows matters.

    Returns
    -------
    pandas.DataFrame
    """
    if is_spark(relation):
        ordered = relation.orderBy(*order_by) if order_by else relation
        return ordered.toArrow().to_pandas()
    return (relation.order(", ".join(order_by)) if order_by else relation).df()


def read_points(relation, max_rows: int | None = None) -> tuple[list[str], np.ndarray]:
    """Read scaled features in the order of customers.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        The column customer_unique_id and one per feature, without missing values.
    max_rows : int, optional
        Above that many customers, Spark passes on a sample: the customers whose ids
        have the lowest hashes. DuckDB passes on all of them.

    Returns
    -------
    names : list of str
        Names of the features.
    points : array of shape (n_customers, n_features)
    """
    key = "customer_unique_id"
    names = [name for name in relation.columns if name != key]
    if is_spark(relation):
        from pyspark.sql.functions import md5

        if max_rows:
            relation = relation.orderBy(md5(key), key).limit(max_rows)
        table = relation.orderBy(key).select(*names).toArrow()
        columns = {name: table[name].to_numpy() for name in names}
    else:
        quoted = ", ".join(f'"{name}"' for name in names)
        columns = relation.order(key).project(quoted).fetchnumpy()
    return names, np.column_stack([columns[name] for name in names])


def draw_customers(relation, customers: int):
    """Draw a number of customers: the same ones whatever the order of rows.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        With a column customer_unique_id.
    customers : int
        Approximate number to keep: those whose ids have the lowest md5 hashes. All, if
        there are no more.

    Returns
    -------
    duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
    """
    if is_spark(relation):
        total = relation.count()
    else:
        [(total,)] = relation.count("*").fetchall()
    share = min(1, customers / total)
    highest = f"{math.floor(share * 0xFFFFFFFF):08x}"
    return relation.filter(f"substr(md5(customer_unique_id), 1, 8) <= '{highest}'")


def to_relation(frame: pd.DataFrame, session):
    """Turn the result of a Python model into a relation of its engine.

    Parameters
    ----------
    frame : pandas.DataFrame
    session : duckdb.DuckDBPyConnection or pyspark.sql.SparkSession
        The session that dbt passes to the model.

    Returns
    -------
    pandas.DataFrame or pyspark.sql.DataFrame
    """
    if not hasattr(session, "createDataFrame"):
        return frame
    import pyarrow

    return session.createDataFrame(
        pyarrow.Table.from_pandas(frame, preserve_index=False)
    )


def is_spark(relation) -> bool:
    """Return whether a relation is a Spark DataFrame.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation or pyspark.sql.DataFrame

    Returns
    -------
    bool
    """
    return hasattr(relation, "toArrow")
