"""The tables of a study, in schema studies of its database."""

from pathlib import Path

import duckdb
import pandas as pd

from olist_segments.project import UserError, called

TABLES = {
    "run": "One row: the model that was studied, and how.",
    "resampling": (
        "One row per segmentation, k and bootstrap sample: how well a fit on the "
        "sample agrees with the one on all customers (adjusted Rand index, up to 1)."
    ),
    "segment_resampling": (
        "One row per segmentation, segment and bootstrap sample: the Jaccard index of "
        "the segment with the most similar one of the fit on the sample, up to 1."
    ),
    "movement": (
        "One row per segmentation, month end and reason: customers whose segment "
        "changed within a month under a fixed model."
    ),
    "flows": (
        "One row per segmentation, month end and pair of segments: customers who went "
        "from one to the other within a month under a fixed model."
    ),
    "refits": (
        "One row per segmentation and month end: how well a refit agrees with the "
        "current model, with the model of the first month, and with the refit a month "
        "before (adjusted Rand index)."
    ),
    "outcomes": (
        "One row per rule (kmeans is the current model, refit the model fitted on that "
        "day, rfm the RFM rule, all has all customers), month end and segment: how "
        "many of its customers bought again in the next 180 days, as in "
        "segment_outcomes. A segment of a refit has the key of the most similar one of "
        "the current model, and its Jaccard index with that."
    ),
    "original_clusters": (
        "One row per cluster and feature of the fit of the original project: its mean, "
        "in its own unit and in standard deviations from the mean of all rows."
    ),
    "original_comparison": (
        "One row per measure: its value in the original project and in this one."
    ),
}


# A study of another shop, or of one without enough months, does not have these.
OPTIONAL = {"original_clusters", "original_comparison", "outcomes"}


class StudyError(UserError):
    """There is no study of the current model; the message says what to do."""


def write_study(database: Path, tables: dict[str, pd.DataFrame]) -> None:
    """Write the tables, replacing those of an earlier study.

    Parameters
    ----------
    database : Path
        A built database.
    tables : dict of str to DataFrame
        All of `TABLES`, for another shop but those of `OPTIONAL`.
    """
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema if not exists studies")
        for name, table in tables.items():
            connection.register("written", table)
            connection.execute(
                f"create or replace table studies.{name} as select * from written"
            )
            connection.unregister("written")
            connection.execute(f"comment on table studies.{name} is '{TABLES[name]}'")


def read_study(database: Path) -> dict[str, pd.DataFrame]:
    """Read the tables of a study.

    Parameters
    ----------
    database : Path
        A built database; opened for reading and closed again.

    Returns
    -------
    dict of str to DataFrame
        The tables by name, as described in `TABLES`.

    Raises
    ------
    StudyError
        If it has no study, or only one of an earlier model.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.sql(
            "select table_name from information_schema.tables "
            "where table_schema = 'studies'"
        ).fetchall()
        names = {name for (name,) in found}
        if set(TABLES) - names - OPTIONAL:
            raise StudyError(
                f"{database} has no study yet: run `{called('study')}` first"
            )
        ((studied, current),) = connection.sql(
            "select (select model_id from studies.run), "
            "(select model_id from segment_models where is_current)"
        ).fetchall()
        if studied != current:
            raise StudyError(
                f"the study in {database} is of model {studied}, but {current} is the "
                "current one: run `{called('study')}` again"
            )
        return {
            name: connection.sql(f"select * from studies.{name}").df()
            for name in TABLES
            if name in names
        }
