"""The whole study: resampling, moves, refits, outcomes, the original project."""

import tempfile
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from olist_segments.months import month_ends
from olist_segments.project import UserError
from olist_segments.study.months import follow_months, outcome_month_ends
from olist_segments.study.original import compare_with_original
from olist_segments.study.resampling import resample
from olist_segments.study.studied import Studied
from olist_segments.study.tables import write_study


def run_study(
    root: Path,
    database: Path,
    *,
    target: str,
    draws: int = 50,
    first: str = "2017-09",
    last: str = "2018-08",
) -> dict[str, pd.DataFrame]:
    """Study the current model, and write the results to schema studies of its database.

    Features of past days come from dbt, run for each month end on a copy of the
    database with the variable as_of_date.

    Parameters
    ----------
    root : Path
        The folder of the project.
    database : Path
        A built database. Its schema studies is written again.
    target : {"dev", "demo"}
        The target it was built with.
    draws : int
        Number of bootstrap samples.
    first, last : str
        First and last month, such as 2017-09. Outcomes are those of as many months
        before, the last whose 180 days are over by the last month.

    Returns
    -------
    dict of str to DataFrame
        The tables by name, as described in `TABLES`.

    Raises
    ------
    UserError
        If the months cannot be compared, or a day has too few customers.
    DbtError
        If dbt fails.
    """
    ends = month_ends(first, last)
    if len(ends) < 2:
        raise UserError(f"from {first} to {last} there are not two months to compare")
    outcome_ends = outcome_month_ends(ends)
    with tempfile.TemporaryDirectory() as scratch:
        studied = Studied(root, database, Path(scratch), target=target)
        days = len({*ends, *outcome_ends})
        steps = tqdm(total=draws + days + 1, desc="original", unit="step")
        with steps:
            # Before months, which leave the copy as of a past day. Two minutes: a
            # Euclidean silhouette compares all pairs of rows. It is about Olist only.
            tables = compare_with_original(studied) if studied.is_olist else {}
            steps.update()
            steps.set_description("resampling")
            tables |= resample(studied, draws, steps.update)
            steps.set_description("months")
            tables |= follow_months(studied, ends, outcome_ends, steps.update)
    tables["run"] = studied.describe(draws)
    write_study(database, tables)
    return tables
