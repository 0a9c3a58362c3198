"""The model that is studied, its customers, and their features as of past days."""

import datetime
import shutil
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd
import yaml

from olist_segments.fit.clustering import fit_centroids, nearest
from olist_segments.months import set_day
from olist_segments.project import UserError, called, is_synthetic, run_dbt
from olist_segments.shop import read_shop

ANALYSES = ["original_rows", "rfm_labels_by_bounds", "scaled_customers"]


class TooFewCustomersError(UserError):
    """A day has too few customers for the segments."""


class Model(NamedTuple):
    """A fitted model, with all that scaling and labelling need.

    Attributes
    ----------
    parameters : DataFrame
        Rows of segment_model_features.
    centroids : DataFrame of shape (k, n_features)
        Scaled values, indexed by segment_id.
    """

    parameters: pd.DataFrame
    centroids: pd.DataFrame

    def label(self, scaled: pd.DataFrame) -> np.ndarray:
        """Find the nearest centroid of each customer.

        Parameters
        ----------
        scaled : DataFrame of shape (n_customers, n_features)

        Returns
        -------
        array of int of shape (n_customers,)
            Numbers of segments.
        """
        order = nearest(scaled.to_numpy(), self.centroids[scaled.columns].to_numpy())
        return self.centroids.index.to_numpy()[order]


class Studied:
    """The current model of a database, and a copy that shows past days.

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
        self.database = database
        settings = yaml.safe_load((root / "dbt_project.yml").read_text("utf-8"))["vars"]
        self.settings = {
            "seed": settings["seed"],
            "n_init": settings["n_init"],
            "sample_size": settings["fit_sample"],
        }
        self.max_days_after_last_order = settings["max_days_after_last_order"]
        self.copy = scratch / database.name
        shutil.copyfile(database, self.copy)
        self._dbt("compile", "--select", *ANALYSES)
        self.sql = {name: self._compiled(name) for name in ANALYSES}
        with self.connect() as connection:
            ((self.model_id, self.k),) = connection.sql(
                "select model_id, k from segment_models where is_current"
            ).fetchall()
            self.is_synthetic = is_synthetic(connection)
            self.is_olist = read_shop(connection).name == "olist"
            of_model = f"where model_id = '{self.model_id}'"
            centroids = connection.sql(f"from segment_centroids {of_model}").df()
            self.model = Model(
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
            ((self.first_delivery_date, self.last_order_date),) = connection.sql(
                "select first_delivery_date, last_order_date "
                "from intermediate.int_as_of"
            ).fetchall()
        self.keys = {
            method: {number: key for found, number, key in keys if found == method}
            for method in ("kmeans", "rfm")
        }
        self.scaled = self.scale(self.features, self.model)
        self.labels = self.model.label(self.scaled)
        if not np.array_equal(self.labels, stored):
            raise UserError(
                f"customer_segments in {database} are not the labels of its current "
                f"model: run `{called('build')}` again"
            )

    def describe(self, draws: int) -> pd.DataFrame:
        """Describe what is studied.

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

    def as_of(self, day: datetime.date) -> tuple[pd.DataFrame, Model]:
        """Build the features of a past day in the copy, and fit them with the same k.

        Parameters
        ----------
        day : date

        Returns
        -------
        features : DataFrame
            Rows of customer_features, indexed by customer_unique_id in its order.
        model : Model

        Raises
        ------
        TooFewCustomersError
            If there are not more different customers than segments.
        UserError
            If a build as of that day would be refused: the last order is too old.
        DbtError
            If dbt fails.
        """
        if (day - self.last_order_date).days > self.max_days_after_last_order:
            raise UserError(
                f"the last order was placed on {self.last_order_date}, long before "
                f"{day}: choose earlier months"
            )
        too_few = TooFewCustomersError(
            f"by {day} there are too few customers with a delivered order for "
            f"{self.k} segments: choose later months"
        )
        if day < self.first_delivery_date:
            raise too_few
        set_day(self.copy, day)
        # In full: the scaling must be that of the day, not a kept one.
        words = ["--full-refresh", "--select", "int_as_of+,+int_feature_parameters"]
        self._dbt("run", *words, "--exclude", "int_as_of", "data_quality")
        with self.connect() as connection:
            features = _features(connection)
            parameters = connection.sql("from intermediate.int_feature_parameters").df()
        scaled = self.scale(features, Model(parameters, None))
        if len(np.unique(scaled.to_numpy(), axis=0)) <= self.k:
            raise too_few
        centers = fit_centroids(scaled.to_numpy(), [self.k], **self.settings)[self.k]
        centroids = pd.DataFrame(centers, columns=scaled.columns)
        return features, Model(parameters, centroids)

    def scale(self, features: pd.DataFrame, model: Model) -> pd.DataFrame:
        """Scale features as a model does.

        Parameters
        ----------
        features : DataFrame of shape (n_customers, any)
            Rows of customer_features, indexed by customer_unique_id in its order.
        model : Model

        Returns
        -------
        DataFrame of shape (n_customers, n_features)
        """
        return _answer(
            self.sql["scaled_customers"],
            customers=features,
            parameters=model.parameters,
        )

    def label_by_rule(self, features: pd.DataFrame, drawn: pd.DataFrame) -> np.ndarray:
        """Label customers with the RFM rule, with bounds from other customers.

        Parameters
        ----------
        features : DataFrame of shape (n_customers, any)
            Rows of customer_features, indexed by customer_unique_id in its order.
        drawn : DataFrame
            The same columns of the customers whose quintiles are the bounds.

        Returns
        -------
        array of int of shape (n_customers,)
            Number of the RFM segment.
        """
        columns = ["recency_days", "order_count", "total_spend"]
        labelled = _answer(
            self.sql["rfm_labels_by_bounds"],
            customers=features[columns],
            drawn=drawn[columns],
        )
        return labelled["rfm_segment_id"].to_numpy()

    def outcomes(self, labels: pd.DataFrame, days: int) -> pd.DataFrame:
        """Count who bought again in the days after a label, as segment_outcomes does.

        Parameters
        ----------
        labels : DataFrame
            Columns of int_outcome_labels but segment_name; kmeans has all customers.
        days : int

        Returns
        -------
        DataFrame
            Rows of segment_outcomes, in the order of its key.

        Raises
        ------
        DbtError
            If dbt fails.
        """
        # The copy may show a past day. The database has all orders.
        with duckdb.connect(str(self.copy)) as connection:
            connection.execute(f"attach '{_quoted(self.database)}' as kept (read_only)")
            connection.execute("create or replace table orders as from kept.orders")
            connection.register("labels", labels)
            connection.execute(
                "create or replace table intermediate.int_outcome_labels as "
                "select *, segment_key as segment_name from labels"
            )
            connection.execute(
                "create or replace table intermediate.int_outcome_days as "
                f"select distinct label_date, {days} as horizon_days from labels"
            )
        self._dbt("run", "--select", "segment_outcomes")
        with self.connect() as connection:
            return connection.sql(
                "from segment_outcomes order by label_date, rule, segment_id"
            ).df()

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open the copy for reading.

        Returns
        -------
        DuckDBPyConnection
        """
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


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


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
