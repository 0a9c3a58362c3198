"""How far segments hold: resampling, customers in motion, and refits."""

import datetime
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd
import yaml
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.metrics.cluster import contingency_matrix
from tqdm import tqdm

from olist_segments.fit.clustering import fit_centroids, nearest
from olist_segments.months import month_ends
from olist_segments.project import UserError, is_synthetic, run_dbt
from olist_segments.study.original import describe_clusters, fit_original, twins

ANALYSES = ["original_rows", "rfm_labels_by_bounds", "scaled_customers"]
# Whose labels: the current model, the one of the first month, the one of the day.
KINDS = ["fixed", "first", "refit"]
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
        "current model, with the model of the first month if that had stayed, and with "
        "the refit a month before (adjusted Rand index)."
    ),
    "original_clusters": (
        "One row per cluster and feature of the fit of the original project: its mean, "
        "in its own unit and in standard deviations from the mean of all rows."
    ),
    "original_comparison": (
        "One row per measure: what the original project has, and what this one has."
    ),
}


class StudyError(UserError):
    """There is no study of the current model; the message says what to do."""


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
    UserError
        If the months cannot be compared, or a day has too few customers.
    DbtError
        If dbt fails.
    """
    ends = month_ends(first, last)
    if len(ends) < 2:
        raise UserError(f"from {first} to {last} there are not two months to compare")
    with tempfile.TemporaryDirectory() as scratch:
        study = Study(root, database, Path(scratch), target=target)
        steps = tqdm(total=draws + len(ends) + 1, desc="original", unit="step")
        with steps:
            # Before months, which leave the copy as of a past day. Two minutes: a
            # Euclidean silhouette compares all pairs of rows.
            tables = study.original()
            steps.update()
            steps.set_description("resampling")
            tables |= study.resampling(draws, steps.update)
            steps.set_description("months")
            tables |= study.months(ends, steps.update)
    tables["run"] = study.describe(draws)
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
    labelled = _answer(sql, customers=customers[columns], drawn=drawn[columns])
    return labelled["rfm_segment_id"].to_numpy()


class _Model(NamedTuple):
    """A fitted model: all that scaling and labelling need."""

    parameters: pd.DataFrame
    centroids: pd.DataFrame

    def label(self, scaled: pd.DataFrame) -> np.ndarray:
        order = nearest(scaled.to_numpy(), self.centroids[scaled.columns].to_numpy())
        return self.centroids.index.to_numpy()[order]


class Study:
    """The parts of `run_study`.

    Parameters
    ----------
    root : Path
        The folder of the project.
    database : Path
        A built database; it is copied and not changed.
    scratch : Path
        An empty folder, for the copy in which past days are replayed.
    target : {"dev", "demo"}
        The target it was built with.

    Raises
    ------
    UserError
        If the labels are not those of the current model.
    DbtError
        If dbt fails.
    """

    def __init__(self, root: Path, database: Path, scratch: Path, *, target: str):
        self.root, self.target, self.scratch = root, target, scratch
        settings = yaml.safe_load((root / "dbt_project.yml").read_text("utf-8"))["vars"]
        self.settings = {
            "seed": settings["seed"],
            "n_init": settings["n_init"],
            "sample_size": settings["fit_sample"],
        }
        self.copy = scratch / database.name
        shutil.copyfile(database, self.copy)
        self._dbt("compile", "--select", *ANALYSES)
        self.sql = {name: self._compiled(name) for name in ANALYSES}
        with self._connect() as connection:
            ((self.model_id, self.k),) = connection.sql(
                "select model_id, k from segment_models where is_current"
            ).fetchall()
            self.is_synthetic = is_synthetic(connection)
            of_model = f"where model_id = '{self.model_id}'"
            centroids = connection.sql(f"from segment_centroids {of_model}").df()
            self.model = _Model(
                connection.sql(f"from segment_model_features {of_model}").df(),
                centroids.pivot(
                    index="segment_id", columns="feature", values="scaled_value"
                ),
            )
            self.features = _features(connection)
            ks = connection.sql("select k from segment_k_candidates order by k")
            self.ks = [k for (k,) in ks.fetchall()]
            stored = connection.sql(
                "select segment_id from customer_segments order by customer_unique_id"
            ).fetchnumpy()["segment_id"]
            keys = connection.sql(
                "select 'kmeans', segment_id, segment_key from segments union all "
                "select distinct 'rfm', rfm_segment_id, rfm_segment_key "
                "from rfm_segments order by all"
            ).fetchall()
        self.keys = {
            method: {number: key for found, number, key in keys if found == method}
            for method in ("kmeans", "rfm")
        }
        self.scaled = self._scale(self.features, self.model)
        self.labels = self.model.label(self.scaled)
        if not np.array_equal(self.labels, stored):
            raise UserError(
                f"customer_segments in {database} are not the labels of its current "
                "model: run `make build` again"
            )

    def describe(self, draws: int) -> pd.DataFrame:
        """Say what is studied.

        Parameters
        ----------
        draws : int
            Number of bootstrap samples.

        Returns
        -------
        DataFrame
            The table run.
        """
        return pd.DataFrame(
            {
                "model_id": [self.model_id],
                "is_synthetic": [self.is_synthetic],
                "k": [self.k],
                "customer_count": [len(self.labels)],
                "draws": [draws],
                "seed": [self.settings["seed"]],
            }
        )

    def original(self, *, with_silhouette: bool = True) -> dict[str, pd.DataFrame]:
        """Fit the original, and compare what it has with what is here.

        Parameters
        ----------
        with_silhouette : bool
            Compute its Euclidean silhouette, which compares all pairs of rows: two
            minutes on the real files.

        Returns
        -------
        dict of str to DataFrame
            Tables original_clusters and original_comparison.
        """
        with self._connect() as connection:
            rows = connection.sql(self.sql["original_rows"]).df()
            orders, payments, people, excluded = connection.sql(
                "select (select count(*) from orders), "
                "(select sum(payment_total) from orders)::double, "
                "(select count(*) from customers), "
                "(select count(*) from excluded_customers)"
            ).fetchall()[0]
        points, labels, inertia = fit_original(rows)
        clusters = describe_clusters(rows, points, labels)
        pair, feature, share = twins(clusters)
        per_person = rows.assign(cluster=labels).groupby("customer_unique_id")
        clustered, labelled = per_person.ngroups, len(self.labels)
        torn = (per_person["cluster"].nunique() > 1).sum()
        repeated = rows["payment_value"].sum()
        measures = [
            ("rows clustered", len(rows), labelled),
            ("customers among them", clustered, labelled),
            ("customers in more than one cluster", torn, 0),
            (
                "customers without label or reason",
                people - clustered,
                people - labelled - excluded,
            ),
            ("orders lost on the way", orders - rows["order_id"].nunique(), 0),
            ("payments added up, in reais", repeated, payments),
            ("payments added up over payments made", repeated / payments, 1),
            ("clusters", 5, self.k),
            ("inertia", inertia, None),
            (
                f"rows in clusters {pair[0]} and {pair[1]}",
                np.isin(labels, pair).sum(),
                None,
            ),
            (f"share of {feature} in their distance", share, None),
        ]
        if with_silhouette:
            score = silhouette_score(points, labels)
            measures.append(("Euclidean silhouette of all rows", score, None))
        comparison = pd.DataFrame(measures, columns=["measure", "original", "here"])
        return {
            "original_clusters": clusters,
            "original_comparison": comparison.astype({"here": "float64"}),
        }

    def resampling(
        self,
        draws: int,
        advance: Callable[[], None] = lambda: None,
        *,
        ks: list[int] | None = None,
    ) -> dict[str, pd.DataFrame]:
        """Fit bootstrap samples, and compare with the fits on all customers.

        Parameters
        ----------
        draws : int
            Number of samples.
        advance : callable
            Called after every sample.
        ks : list of int, optional
            Numbers of segments; all candidates by default.

        Returns
        -------
        dict of str to DataFrame
            Tables resampling and segment_resampling.
        """
        agreement, jaccards = [], []
        for segmentation, k, draw, labels, others, drawn in self._draws(
            draws, advance, ks or self.ks
        ):
            score = float(adjusted_rand_score(labels, others))
            agreement.append((segmentation, k, draw, score))
            if segmentation == "rfm" or k == self.k:
                keys = self.keys[segmentation]
                found = jaccard_stability(labels, others, drawn)
                jaccards += [
                    (segmentation, keys[number], draw, value)
                    for number, value in found.items()
                ]
        return {
            "resampling": pd.DataFrame(
                agreement, columns=["segmentation", "k", "draw", "adjusted_rand_index"]
            ),
            "segment_resampling": pd.DataFrame(
                jaccards, columns=["segmentation", "segment_key", "draw", "jaccard"]
            ),
        }

    def _draws(
        self, draws: int, advance: Callable[[], None], ks: list[int]
    ) -> Iterator[tuple]:
        points = self.scaled.to_numpy()
        fitted = fit_centroids(points, ks, **self.settings)
        labels = {k: nearest(points, centers) for k, centers in fitted.items()}
        labels[self.k] = self.labels
        by_rule = self._by_rule(self.features, self.features)
        for draw in range(1, draws + 1):
            drawn, others = bootstrap_labels(points, ks, draw=draw, **self.settings)
            for k in others:
                yield "kmeans", k, draw, labels[k], others[k], drawn
            other = self._by_rule(self.features, self.features.iloc[drawn])
            yield "rfm", len(self.keys["rfm"]), draw, by_rule, other, drawn
            advance()

    def months(
        self, ends: list[datetime.date], advance: Callable[[], None] = lambda: None
    ) -> dict[str, pd.DataFrame]:
        """Label as of every month end, by models that stay and by refits.

        Parameters
        ----------
        ends : list of date
            Two or more days, rising.
        advance : callable
            Called after every day.

        Returns
        -------
        dict of str to DataFrame
            Tables movement, flows and refits.
        """
        moves, flows, refits, before, first = [], [], [], {}, None
        for end in ends:
            features, refit = self._as_of(end)
            first = first or (features, refit)
            labels = {
                "kmeans": {
                    name: model.label(self._scale(features, model))
                    for name, model in zip(
                        KINDS, (self.model, first[1], refit), strict=True
                    )
                },
                "rfm": {
                    name: self._by_rule(features, drawn)
                    for name, drawn in zip(
                        KINDS, (self.features, first[0], features), strict=True
                    )
                },
            }
            for segmentation, of_models in labels.items():
                key = {"segmentation": segmentation, "as_of_date": end}
                now = features.assign(**of_models)
                row = _agreement(now, before.get(segmentation))
                refits.append({**key, **row})
                if segmentation in before:
                    moved, went = _movement(before[segmentation], now)
                    for side in ("from_segment", "to_segment"):
                        went[side] = went[side].map(self.keys[segmentation])
                    moves.append(moved.assign(**key))
                    flows.append(went.assign(**key))
                before[segmentation] = now
            advance()
        return {
            "movement": _keys_first(pd.concat(moves, ignore_index=True)),
            "flows": _keys_first(pd.concat(flows, ignore_index=True)),
            "refits": pd.DataFrame(refits),
        }

    def _as_of(self, day: datetime.date) -> tuple[pd.DataFrame, _Model]:
        """Features of a past day, and a model fitted on them with the same k."""
        # Afresh: the scaling is the one of that day, not one that was kept.
        words = ["run", "--full-refresh", "--select", "+int_feature_parameters"]
        self._dbt(*words, "--vars", json.dumps({"as_of_date": str(day)}))
        with self._connect() as connection:
            features = _features(connection)
            parameters = connection.sql("from intermediate.int_feature_parameters").df()
        scaled = self._scale(features, _Model(parameters, None))
        if len(np.unique(scaled.to_numpy(), axis=0)) <= self.k:
            raise UserError(
                f"by {day} there are too few customers with a delivered order for "
                f"{self.k} segments: choose later months"
            )
        centers = fit_centroids(scaled.to_numpy(), [self.k], **self.settings)[self.k]
        centroids = pd.DataFrame(centers, columns=scaled.columns)
        return features, _Model(parameters, centroids)

    def _scale(self, features: pd.DataFrame, model: _Model) -> pd.DataFrame:
        return _answer(
            self.sql["scaled_customers"],
            customers=features,
            parameters=model.parameters,
        )

    def _by_rule(self, features: pd.DataFrame, drawn: pd.DataFrame) -> np.ndarray:
        return label_by_rule(self.sql["rfm_labels_by_bounds"], features, drawn)

    def _connect(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.copy), read_only=True)

    def _compiled(self, analysis: str) -> str:
        folder = self.scratch / "target" / "compiled" / "olist_segments"
        path = folder / "dbt_project" / "analyses" / "study" / f"{analysis}.sql"
        return path.read_text(encoding="utf-8")

    def _dbt(self, *words: str) -> None:
        paths = ["--target-path", str(self.scratch / "target")]
        paths += ["--log-path", str(self.scratch / "logs")]
        words = [*words, "--target", self.target, *paths]
        run_dbt(self.root, words, is_silent=True, OLIST_DB=str(self.copy))


def _features(connection) -> pd.DataFrame:
    table = connection.sql("from customer_features order by customer_unique_id").df()
    return table.set_index("customer_unique_id")


def _answer(sql: str, **relations: pd.DataFrame) -> pd.DataFrame:
    """Run SQL over relations of customers, in the order of customer_unique_id."""
    with duckdb.connect() as connection:
        for name, relation in relations.items():
            connection.register(name, relation.reset_index())
        table = connection.sql(f"from ({sql}) order by customer_unique_id").df()
    return table.set_index("customer_unique_id")


def _agreement(now: pd.DataFrame, before: pd.DataFrame | None) -> dict:
    row = {
        "customer_count": len(now),
        "refit_vs_fixed": float(adjusted_rand_score(now["fixed"], now["refit"])),
        "refit_vs_first": float(adjusted_rand_score(now["first"], now["refit"])),
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
    both = pd.DataFrame(
        {
            "from_segment": before["fixed"],
            "to_segment": now["fixed"],
            "reason": reasons_to_move(
                before.drop(columns=KINDS), now.drop(columns=KINDS)
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


def _keys_first(table: pd.DataFrame) -> pd.DataFrame:
    keys = ["segmentation", "as_of_date"]
    return table[keys + [name for name in table.columns if name not in keys]]
