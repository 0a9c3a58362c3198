"""How far segments hold: resampling, customers in motion, and refits."""

import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import yaml
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.metrics.cluster import contingency_matrix
from tqdm import tqdm

from olist_segments.clustering import fit_centroids, nearest
from olist_segments.original import describe_clusters, fit_original, twins

ANALYSES = "compiled/olist_segments/dbt_project/analyses"
ONLY_TIME, BOUGHT, NEWS = "only time passed", "bought again", "other news"
# Columns of customer_features that grow by themselves from day to day.
CLOCKS = ["recency_days", "tenure_days"]

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
        "changed within a month under a model that stays."
    ),
    "flows": (
        "One row per segmentation, month end and pair of segments: customers who went "
        "from one to the other within a month under a model that stays."
    ),
    "refits": (
        "One row per segmentation and month end: how well a refit agrees with the "
        "model that stays and with the refit a month before (adjusted Rand index)."
    ),
    "original_clusters": (
        "One row per cluster and feature of the fit of the original project: its mean, "
        "in its own unit and in standard deviations from the mean of all rows."
    ),
    "original_comparison": (
        "One row per measure: what the original project has, and what this one has."
    ),
}


class StudyError(Exception):
    """The study cannot be done; the message says why and what to do."""


def run_study(
    root: Path,
    database: Path,
    *,
    target: str,
    draws: int = 50,
    first: str = "2017-09",
    last: str = "2018-08",
) -> dict[str, pd.DataFrame]:
    """Study the current model, and keep the answers in schema studies of its database.

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
        First and last month, as 2017-09.

    Returns
    -------
    dict of str to DataFrame
        The tables by name, as described in `TABLES`.

    Raises
    ------
    StudyError
        If dbt fails, or there are no customers on a day.
    """
    ends = month_ends(first, last)
    settings = yaml.safe_load((root / "dbt_project.yml").read_text("utf-8"))["vars"]
    with tempfile.TemporaryDirectory() as scratch:
        study = _Study(root, database, Path(scratch), target, settings)
        steps = tqdm(total=draws + len(ends) + 1, desc="original", unit="step")
        with steps:
            # Two minutes of the five: a Euclidean silhouette compares all pairs of rows.
            tables = study.original()
            steps.update()
            steps.set_description("resampling")
            tables |= study.resampling(draws, steps.update)
            steps.set_description("months")
            tables |= study.months(ends, steps.update)
    tables["run"] = pd.DataFrame(
        {
            "model_id": [study.model_id],
            "target": [target],
            "k": [study.k],
            "customer_count": [len(study.labels)],
            "draws": [draws],
            "seed": [settings["seed"]],
        }
    )
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema if not exists studies")
        for name, table in tables.items():
            connection.register("written", table)
            connection.execute(
                f"create or replace table studies.{name} as select * from written"
            )
            connection.unregister("written")
            connection.execute(f"comment on table studies.{name} is '{TABLES[name]}'")
    return tables


def read_study(database: Path) -> dict[str, pd.DataFrame]:
    """Read what `run_study` wrote.

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
        If it has no study, or one of another model than the current one.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.sql(
            "select table_name from information_schema.tables "
            "where table_schema = 'studies'"
        ).fetchall()
        if set(TABLES) - {name for (name,) in found}:
            raise StudyError(f"{database} has no study yet: run `make study` first")
        ((studied, current),) = connection.sql(
            "select (select model_id from studies.run), "
            "(select model_id from segment_models where is_current)"
        ).fetchall()
        if studied != current:
            raise StudyError(
                f"the study in {database} is of model {studied}, but {current} is the "
                "current one: run `make study` again"
            )
        return {
            name: connection.sql(f"select * from studies.{name}").df()
            for name in TABLES
        }


def month_ends(first: str, last: str) -> list[datetime.date]:
    """List the last days of months.

    Parameters
    ----------
    first, last : str
        First and last month, as 2017-09.

    Returns
    -------
    list of date

    Raises
    ------
    StudyError
        If a month cannot be read, or there are not two.
    """
    try:
        ends = pd.period_range(first, last, freq="M").to_timestamp(how="end")
    except ValueError as error:
        raise StudyError(f"months are written as 2017-09: {error}") from error
    if len(ends) < 2:
        raise StudyError(f"from {first} to {last} there are not two months to compare")
    return [end.date() for end in ends]


def bootstrap_labels(
    points: np.ndarray,
    ks: list[int],
    *,
    draw: int,
    seed: int,
    n_init: int,
    sample_size: int,
) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """Fit KMeans on one bootstrap sample, and label all points with it.

    Parameters
    ----------
    points : array of shape (n_points, n_features)
        Scaled features.
    ks : list of int
        Numbers of clusters.
    draw : int
        Number of the sample; its seed is `seed` + `draw`.
    seed, n_init, sample_size : int
        As in `fit_centroids`.

    Returns
    -------
    drawn : array of int of shape (n_points,)
        Positions drawn with replacement.
    labels : dict of int to array of int of shape (n_points,)
        The nearest centroid of every point, by k.
    """
    rng = np.random.default_rng(seed + draw)
    drawn = np.sort(rng.integers(len(points), size=len(points)))
    fitted = fit_centroids(
        points[drawn], ks, seed=seed + draw, n_init=n_init, sample_size=sample_size
    )
    return drawn, {k: nearest(points, centers) for k, centers in fitted.items()}


def jaccard_stability(
    labels: np.ndarray, others: np.ndarray, drawn: np.ndarray
) -> dict[int, float]:
    """Say how well each cluster is found again by a fit on a sample.

    Parameters
    ----------
    labels : array of int of shape (n_points,)
        Clusters of the fit on all points.
    others : array of int of shape (n_points,)
        Clusters of the fit on the sample.
    drawn : array of int
        Positions in the sample; each counts once.

    Returns
    -------
    dict of int to float
        By cluster of `labels` the highest Jaccard index (points in both over points
        in either) with any cluster of `others`: 1 if it is found again exactly; at
        0.5 and below it has dissolved. Clusters without a drawn point are left out.

    References
    ----------
    Hennig, "Cluster-wise assessment of cluster stability", Computational Statistics
    and Data Analysis 52 (2007).
    """
    drawn = np.unique(drawn)
    both = contingency_matrix(labels[drawn], others[drawn])
    either = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
    best = (both / either).max(axis=1)
    return dict(zip(np.unique(labels[drawn]).tolist(), best.tolist(), strict=True))


def reasons_to_move(before: pd.DataFrame, after: pd.DataFrame) -> pd.Series:
    """Say what happened to customers between two days.

    Parameters
    ----------
    before, after : DataFrame
        Numbers of customer_features of the same customers in the same order.

    Returns
    -------
    Series of str
        "bought again" if the number of orders changed; "other news" if another number
        changed, such as a review that came in; otherwise "only time passed".
    """
    before = before.drop(columns=CLOCKS, errors="ignore")
    after = after[before.columns]
    changed = ((before != after) & ~(before.isna() & after.isna())).any(axis=1)
    reasons = np.select(
        [before["order_count"] != after["order_count"], changed],
        [BOUGHT, NEWS],
        ONLY_TIME,
    )
    return pd.Series(reasons, index=before.index)


def label_by_rule(sql: str, customers: pd.DataFrame, drawn: pd.DataFrame) -> np.ndarray:
    """Label customers with the RFM rule, its bounds taken from others.

    Parameters
    ----------
    sql : str
        The compiled analysis rfm_labels_by_bounds.
    customers : DataFrame of shape (n_customers, any)
        Numbers of customer_features, indexed by customer_unique_id in its order.
    drawn : DataFrame
        The same columns of those whose quintiles are the bounds.

    Returns
    -------
    array of int of shape (n_customers,)
        Number of the RFM segment.
    """
    columns = ["recency_days", "order_count", "total_spend"]
    with duckdb.connect() as connection:
        connection.register("customers", customers[columns].reset_index())
        connection.register("drawn", drawn[columns])
        labelled = connection.sql(f"from ({sql}) order by customer_unique_id")
        return labelled.select("rfm_segment_id").fetchnumpy()["rfm_segment_id"]


class _Study:
    """The current model of one database, and a scratch copy to replay past days in."""

    def __init__(self, root, database, scratch, target, settings):
        self.root, self.target, self.scratch = root, target, scratch
        self.settings = {
            "seed": settings["seed"],
            "n_init": settings["n_init"],
            "sample_size": settings["fit_sample"],
        }
        self.copy = scratch / database.name
        shutil.copyfile(database, self.copy)
        self._dbt("compile", "--select", "original_rows", "rfm_labels_by_bounds")
        self.rule = self._compiled("rfm_labels_by_bounds")
        with self._connect() as connection:
            ((self.model_id, self.k),) = connection.sql(
                "select model_id, k from segment_models where is_current"
            ).fetchall()
            keys = connection.sql(
                "select segment_id, segment_key from segments union all "
                "select distinct -rfm_segment_id, rfm_segment_key from rfm_segments"
            ).fetchall()
            self.ks = [
                k
                for (k,) in connection.sql(
                    "select k from segment_k_candidates order by k"
                ).fetchall()
            ]
            self.labels = connection.sql(
                "select segment_id from customer_segments order by customer_unique_id"
            ).fetchnumpy()["segment_id"]
            self.points = _scaled(connection)
            self.features = _features(connection)
        self.keys = {
            "kmeans": {number: key for number, key in keys if number > 0},
            "rfm": {-number: key for number, key in keys if number < 0},
        }

    def original(self) -> dict[str, pd.DataFrame]:
        with self._connect() as connection:
            rows = connection.sql(self._compiled("original_rows")).df()
            orders, payments, people, labelled, excluded = connection.sql(
                "select (select count(*) from orders), "
                "(select sum(payment_total) from orders)::double, "
                "(select count(*) from customers), "
                "(select count(*) from customer_segments), "
                "(select count(*) from excluded_customers)"
            ).fetchall()[0]
            inertia_here, silhouette_here = connection.sql(
                "select inertia, silhouette_euclidean from segment_k_candidates "
                f"where k = {self.k}"
            ).fetchall()[0]
        points, labels, inertia = fit_original(rows)
        clusters = describe_clusters(rows, points, labels)
        (one, other), feature, share = twins(clusters)
        per_person = rows.assign(cluster=labels).groupby("customer_unique_id")
        people_clustered = per_person.ngroups
        lost = people - labelled - excluded
        torn = int((per_person["cluster"].nunique() > 1).sum())
        covered = rows["order_id"].nunique()
        repeated = rows["payment_value"].sum()
        here = self._twin_share()
        measures = [
            ("rows clustered", len(rows), labelled),
            ("customers among them", people_clustered, labelled),
            ("customers in more than one cluster", torn, 0),
            ("customers without label or reason", people - people_clustered, lost),
            ("orders lost on the way", orders - covered, 0),
            ("payments added up, in reais", repeated, payments),
            ("payments added up over payments made", repeated / payments, 1),
            ("clusters", 5, self.k),
            ("inertia", inertia, inertia_here),
            ("Euclidean silhouette", silhouette_score(points, labels), silhouette_here),
            ("one feature's share of the distance of two clusters", share, here),
            ("rows in these two clusters", np.isin(labels, (one, other)).sum(), None),
        ]
        comparison = pd.DataFrame(measures, columns=["measure", "original", "here"])
        comparison["note"] = [
            f"{feature}, clusters {one} and {other}"
            if "two clusters" in measure
            else ""
            for measure in comparison["measure"]
        ]
        return {
            "original_clusters": clusters,
            "original_comparison": comparison.astype({"here": "float64"}),
        }

    def resampling(
        self, draws: int, advance: Callable[[], None]
    ) -> dict[str, pd.DataFrame]:
        agreement, jaccards = [], []
        for segmentation, k, draw, labels, others, drawn in self._draws(draws, advance):
            score = float(adjusted_rand_score(labels, others))
            agreement.append((segmentation, k, draw, score))
            if segmentation == "rfm" or k == self.k:
                keys = self.keys[segmentation]
                jaccards += [
                    (segmentation, keys[number], draw, value)
                    for number, value in jaccard_stability(
                        labels, others, drawn
                    ).items()
                ]
        return {
            "resampling": pd.DataFrame(
                agreement, columns=["segmentation", "k", "draw", "adjusted_rand_index"]
            ),
            "segment_resampling": pd.DataFrame(
                jaccards, columns=["segmentation", "segment_key", "draw", "jaccard"]
            ),
        }

    def _draws(self, draws, advance) -> Iterator[tuple]:
        fitted = fit_centroids(self.points, self.ks, **self.settings)
        labels = {k: nearest(self.points, centers) for k, centers in fitted.items()}
        labels[self.k] = self.labels
        by_rule = label_by_rule(self.rule, self.features, self.features)
        for draw in range(1, draws + 1):
            drawn, others = bootstrap_labels(
                self.points, self.ks, draw=draw, **self.settings
            )
            for k in others:
                yield "kmeans", k, draw, labels[k], others[k], drawn
            sample = self.features.iloc[drawn]
            other = label_by_rule(self.rule, self.features, sample)
            yield "rfm", len(self.keys["rfm"]), draw, by_rule, other, drawn
            advance()

    def months(
        self, ends: list[datetime.date], advance: Callable[[], None]
    ) -> dict[str, pd.DataFrame]:
        moves, flows, refits, before = [], [], [], {}
        for end in ends:
            features, labels = self._as_of(end)
            for segmentation, both in labels.items():
                now = features.assign(**both)
                row = _agreement(now, before.get(segmentation))
                refits.append({"segmentation": segmentation, "as_of_date": end, **row})
                if segmentation in before:
                    moved, went = _movement(before[segmentation], now)
                    keys = self.keys[segmentation]
                    for table, rows in ((moves, moved), (flows, went)):
                        rows.insert(0, "segmentation", segmentation)
                        rows.insert(1, "as_of_date", end)
                        table.append(rows)
                    for side in ("from_segment", "to_segment"):
                        went[side] = went[side].map(keys)
                before[segmentation] = now
            advance()
        return {
            "movement": pd.concat(moves, ignore_index=True),
            "flows": pd.concat(flows, ignore_index=True),
            "refits": pd.DataFrame(refits),
        }

    def _as_of(self, day: datetime.date) -> tuple[pd.DataFrame, dict]:
        """Features of a past day, and labels by models that stay and by refits."""
        self._dbt(
            "run",
            "--select",
            "+customer_features",
            "+int_scaled_features",
            "int_segment_assignments",
            "--vars",
            json.dumps({"as_of_date": str(day)}),
        )
        with self._connect() as connection:
            features, points = _features(connection), _scaled(connection)
            fixed = connection.sql(
                "select segment_id from intermediate.int_segment_assignments "
                "order by customer_unique_id"
            ).fetchnumpy()["segment_id"]
        if len(np.unique(points, axis=0)) <= self.k:
            raise StudyError(
                f"by {day} there are too few customers with a delivered order for "
                f"{self.k} segments: choose later months"
            )
        refit = fit_centroids(points, [self.k], **self.settings)[self.k]
        return features, {
            "kmeans": {"fixed": fixed, "refit": nearest(points, refit)},
            "rfm": {
                "fixed": label_by_rule(self.rule, features, self.features),
                "refit": label_by_rule(self.rule, features, features),
            },
        }

    def _twin_share(self) -> float:
        """Measure as `twins` does, of the segments of the current model."""
        centers = pd.DataFrame(self.points).groupby(self.labels).mean()
        long = centers.rename_axis("cluster").reset_index()
        long = long.melt("cluster", var_name="feature", value_name="scaled_mean")
        return twins(long)[2]

    def _connect(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.copy), read_only=True)

    def _compiled(self, analysis: str) -> str:
        path = self.scratch / "target" / ANALYSES / f"{analysis}.sql"
        return path.read_text(encoding="utf-8")

    def _dbt(self, *words: str) -> None:
        environment = dict(os.environ, OLIST_DB=str(self.copy))
        if environment.get("OLIST_RAW_DIR"):
            raw_dir = Path(environment["OLIST_RAW_DIR"]).resolve()
            environment["OLIST_RAW_DIR"] = str(raw_dir)
        command = [sys.executable, "-W", "ignore::RuntimeWarning:runpy", "-m"]
        command += ["dbt.cli.main", *words, "--target", self.target]
        command += ["--target-path", str(self.scratch / "target")]
        command += ["--log-path", str(self.scratch / "logs")]
        done = subprocess.run(
            command,
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StudyError(
                f"dbt {words[0]} failed:\n{done.stdout[-3000:]}{done.stderr[-1000:]}"
            )


def _features(connection) -> pd.DataFrame:
    table = connection.sql("from customer_features order by customer_unique_id").df()
    return table.set_index("customer_unique_id")


def _scaled(connection) -> np.ndarray:
    table = connection.sql(
        "from intermediate.int_scaled_features order by customer_unique_id"
    ).df()
    return table.drop(columns="customer_unique_id").to_numpy()


def _agreement(now: pd.DataFrame, before: pd.DataFrame | None) -> dict:
    row = {
        "customer_count": len(now),
        "refit_vs_fixed": float(adjusted_rand_score(now["fixed"], now["refit"])),
        "common_count": None,
        "refit_vs_last_refit": None,
        "fixed_vs_last_fixed": None,
    }
    if before is not None:
        common = now.index.intersection(before.index)
        row["common_count"] = len(common)
        for kind in ("refit", "fixed"):
            row[f"{kind}_vs_last_{kind}"] = float(
                adjusted_rand_score(before.loc[common, kind], now.loc[common, kind])
            )
    return row


def _movement(
    before: pd.DataFrame, now: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    common = now.index.intersection(before.index)
    before, now = before.loc[common], now.loc[common]
    labels = ["fixed", "refit"]
    both = pd.DataFrame(
        {
            "from_segment": before["fixed"],
            "to_segment": now["fixed"],
            "reason": reasons_to_move(
                before.drop(columns=labels), now.drop(columns=labels)
            ),
        }
    )
    changed = both["from_segment"] != both["to_segment"]
    moves = pd.DataFrame({"reason": [ONLY_TIME, BOUGHT, NEWS]})
    moves["common_count"] = len(both)
    for name, rows in (("customer_count", both), ("changed_count", both[changed])):
        counts = rows["reason"].value_counts()
        moves[name] = moves["reason"].map(counts).fillna(0).astype(int)
    moves["changed_share"] = moves["changed_count"] / len(both)
    flows = both.groupby(["from_segment", "to_segment"]).size()
    return moves, flows.rename("customer_count").reset_index()
