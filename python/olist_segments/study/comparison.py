"""Compare demo data with the real data: distributions, dependencies, a classifier.

``comparison.json`` has the figures of the real data, which are aggregates only. To
compute them again, together with the parameters of the generator::

    python -m bench.calibration FOLDER
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from threadpoolctl import threadpool_limits

FEATURES = [
    "recency_days",
    "order_count",
    "total_spend",
    "review_score",
    "installments",
    "delivery_delay_days",
]


@dataclass(frozen=True)
class Measure:
    """One chart of the comparison.

    Attributes
    ----------
    title, x_title, y_title : str
        Texts of the chart, with units.
    is_share : bool
        Whether the values are shares that add up to 1; if not, they are means or
        medians per bin.
    query : str
        SQL over the tables of `load_files`: one row per bin, in order, with its label
        and its value.
    """

    title: str
    x_title: str
    y_title: str
    is_share: bool
    query: str


def measure(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, float]]:
    """Compute every measure of `MEASURES`.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Result of `load_files`.

    Returns
    -------
    dict of str to dict of str to float
        By the key of the measure and the label of the bin, rounded to four decimals.
    """
    return {
        key: {
            str(label): round(float(value), 4)
            for label, value in connection.sql(one.query).fetchall()
        }
        for key, one in MEASURES.items()
    }


def overlap(one: dict[str, float], other: dict[str, float]) -> float:
    """Return the mass that two distributions over the same bins have in common.

    Parameters
    ----------
    one, other : dict of str to float
        Share of each bin; a bin that is missing has none.

    Returns
    -------
    float
        From 0 (disjoint) to 1 (equal): 1 minus the total variation distance.
    """
    return sum(min(share, other.get(label, 0)) for label, share in one.items())


def tell_apart(
    real: duckdb.DuckDBPyConnection,
    demo: duckdb.DuckDBPyConnection,
    left_out: Iterable[str] = FEATURES,
) -> dict[str, float]:
    """Let a classifier tell real from demo customers by the six default features.

    Boosted trees with five folds: every customer is classified by a model fitted on
    others.

    Parameters
    ----------
    real, demo : duckdb.DuckDBPyConnection
        Result of `load_files`.
    left_out : iterable of str
        Features that are left out, one at a time.

    Returns
    -------
    dict of str to float
        Area under the ROC curve with all features, by the name "all", and without
        one of them, by its name: 0.5 is chance, 1 tells everybody apart. The feature
        whose absence lowers it most gives the demo data away.
    """
    both = [_features(connection) for connection in (real, demo)]
    points = np.vstack(both)
    is_demo = np.repeat([0, 1], [len(one) for one in both])
    chosen = {"all": range(len(FEATURES))}
    for name in left_out:
        chosen[name] = [i for i, other in enumerate(FEATURES) if other != name]
    return {
        name: round(_cross_validated_auc(points[:, columns], is_demo), 3)
        for name, columns in chosen.items()
    }


def load_comparison() -> dict:
    """Return the figures of the real data, and how well a classifier does.

    Returns
    -------
    dict
        ``real`` is what `measure` returns for the real data; ``told_apart`` is what
        `tell_apart` returns for the real data and 100,000 demo orders of seed 42.
    """
    path = Path(__file__).with_name("comparison.json")
    return json.loads(path.read_text(encoding="utf-8"))


def _features(connection: duckdb.DuckDBPyConnection) -> np.ndarray:
    columns = connection.sql(
        f"select {', '.join(FEATURES)} from people order by all"
    ).fetchnumpy()
    # Trees treat a missing value as a value of its own.
    return np.column_stack(
        [np.ma.asarray(columns[name], dtype=float).filled(np.nan) for name in FEATURES]
    )


def _cross_validated_auc(points: np.ndarray, is_demo: np.ndarray) -> float:
    model = HistGradientBoostingClassifier(early_stopping=False, random_state=0)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    # One thread always adds in the same order.
    with threadpool_limits(1):
        chance = cross_val_predict(
            model, points, is_demo, cv=folds, method="predict_proba"
        )
    return float(roc_auc_score(is_demo, chance[:, 1]))


def _shares(column: str, table: str, edges: list[float]) -> str:
    """Return a query of the shares of a column's values between edges."""
    labels = [f"under {edges[0]:,}"]
    labels += [f"{a:,} to {b:,}" for a, b in pairwise(edges)]
    labels += [f"{edges[-1]:,} and more"]
    cases = [f"when {column} < {edge} then {i}" for i, edge in enumerate(edges)]
    names = ", ".join(f"({i}, '{label}')" for i, label in enumerate(labels))
    return f"""
        select label, coalesce(number / sum(number) over (), 0) from (
            values {names}
        ) as bins(bin, label)
        left join (
            select case {" ".join(cases)} else {len(edges)} end as bin,
                count(*) as number
            from {table} where {column} is not null group by bin
        ) using (bin)
        order by bin
    """


def _per_bin(value: str, column: str, table: str, edges: list[float]) -> str:
    """Return a query of an aggregate for each bin of a column."""
    shares = _shares(column, table, edges)
    return shares.replace("count(*) as number", f"{value} as number").replace(
        "coalesce(number / sum(number) over (), 0)", "number"
    )


_REAIS = [25, 40, 63, 100, 160, 250, 400, 630, 1000]
MEASURES = {
    "recency_days": Measure(
        "Recency of customers",
        "days since the last delivered order",
        "share of customers",
        True,
        _shares("recency_days", "people", list(range(60, 660, 60))),
    ),
    "order_count": Measure(
        "Delivered orders of a customer (logarithmic)",
        "orders",
        "share of customers",
        True,
        """
        select if(order_count < 4, order_count::varchar, '4 and more') as label,
            count(*) / sum(count(*)) over ()
        from people group by label order by label
        """,
    ),
    "total_spend": Measure(
        "Total spend of a customer",
        "reais, price and freight of delivered orders",
        "share of customers",
        True,
        _shares("total_spend", "people", _REAIS),
    ),
    "review_score": Measure(
        "Scores of reviews",
        "score",
        "share of reviews",
        True,
        """
        select review_score, count(*) / sum(count(*)) over ()
        from reviews group by all order by all
        """,
    ),
    "installments": Measure(
        "Installments of card payments",
        "installments",
        "share of card payments",
        True,
        """
        select
            if(payment_installments::int > 10, '11 and more', payment_installments)
                as label,
            count(*) / sum(count(*)) over ()
        from payments
        where payment_type = 'credit_card' and payment_installments <> '0'
        group by label order by min(payment_installments::int)
        """,
    ),
    "delivery_delay_days": Measure(
        "Delay of delivered orders",
        "days from the promised to the actual delivery",
        "share of delivered orders",
        True,
        _shares(
            "epoch(delivered - estimated) / 86400", "facts", list(range(-30, 21, 5))
        ),
    ),
    "month": Measure(
        "Orders by month",
        "month of purchase",
        "share of orders",
        True,
        """
        select month, count(*) / sum(count(*)) over ()
        from facts group by month order by month
        """,
    ),
    "payment_type": Measure(
        "Payment rows by type",
        "type of payment",
        "share of payment rows",
        True,
        """
        select replace(payment_type, '_', ' '), count(*) / sum(count(*)) over ()
        from payments group by payment_type order by count(*) desc
        """,
    ),
    "state": Measure(
        "Orders by state of the customer",
        "state",
        "share of orders",
        True,
        """
        select state, count(*) / sum(count(*)) over ()
        from facts group by state order by count(*) desc
        """,
    ),
    "price": Measure(
        "Price of an order line",
        "reais",
        "share of order lines",
        True,
        _shares("price", "line_facts", _REAIS[:-1]),
    ),
    "freight": Measure(
        "Freight of an order line",
        "reais",
        "share of order lines",
        True,
        _shares(
            "freight", "line_facts", [5, 8, 10, 12, 14, 16, 18, 20, 25, 30, 40, 60]
        ),
    ),
    "delivery_days": Measure(
        "Duration of deliveries",
        "days from purchase to delivery",
        "share of delivered orders",
        True,
        _shares("epoch(delivered - bought) / 86400", "facts", list(range(3, 43, 3))),
    ),
    "score_by_delay": Measure(
        "Late deliveries get low scores",
        "days from the promised to the actual delivery",
        "mean review score",
        False,
        _per_bin(
            "avg(score)",
            "epoch(delivered - estimated) / 86400",
            "facts",
            [-20, -10, -5, 0, 2, 4, 6, 10, 20],
        ),
    ),
    "installments_by_value": Measure(
        "Installments rise with the value of the order",
        "reais paid by an order with a card payment",
        "mean installments",
        False,
        _per_bin("avg(installments) filter (cards > 0)", "paid", "facts", _REAIS),
    ),
    "freight_by_distance": Measure(
        "Freight grows with distance",
        "kilometres from seller to customer, by order line",
        "median freight in reais",
        False,
        _per_bin(
            "median(freight)",
            "distance",
            "line_facts",
            [50, 100, 200, 400, 600, 800, 1200, 1600, 2000, 2500],
        ),
    ),
    "days_by_distance": Measure(
        "Deliveries from afar take longer",
        "kilometres from sellers to customer, mean of an order",
        "median days",
        False,
        _per_bin(
            "median(epoch(delivered - bought)) / 86400",
            "distance",
            "facts",
            [50, 100, 200, 400, 600, 800, 1200, 1600, 2000, 2500],
        ),
    ),
}
