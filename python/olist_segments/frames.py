"""The one place that knows what a Python model reads and returns in each engine."""

import pandas as pd


def ordered_frame(relation, *by: str) -> pd.DataFrame:
    """Read what ``dbt.ref`` returns, in a fixed order of rows.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        Spark's is collected in Arrow's format to the process that runs the model.
    *by : str
        Columns to order by, a key of the relation.

    Returns
    -------
    pandas.DataFrame
    """
    if is_spark(relation):
        return relation.orderBy(*by).toArrow().to_pandas()
    return relation.order(", ".join(by)).df()


def fit_frame(relation, max_rows: int) -> pd.DataFrame:
    """Read the scaled features that a fit looks at, ordered by customer.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        ``int_fit_features``.
    max_rows : int
        Of more customers than so many Spark hands over those with the lowest hash of
        their id. DuckDB hands over all: they are in the memory of this machine.

    Returns
    -------
    pandas.DataFrame
        One column per feature.
    """
    key = "customer_unique_id"
    if is_spark(relation):
        from pyspark.sql.functions import md5

        relation = relation.orderBy(md5(key), key).limit(max_rows)
    return ordered_frame(relation, key).drop(columns=key)


def to_relation(frame: pd.DataFrame, session):
    """Turn the result of a Python model into what its engine writes.

    Parameters
    ----------
    frame : pandas.DataFrame
    session : duckdb.DuckDBPyConnection or pyspark.sql.SparkSession
        What dbt hands to the model.

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
    """Say whether a relation is one of Spark's.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation or pyspark.sql.DataFrame

    Returns
    -------
    bool
    """
    return hasattr(relation, "toArrow")
