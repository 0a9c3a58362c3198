"""What people do today: pandas merge, StandardScaler, KMeans, Euclidean silhouette.

The steps of the usual notebook, on the customers and the six features of this project,
so that both do the same work. scikit-learn has its defaults except for ten starts; with
--all-cores the silhouette uses every processor, which few people ask for.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler

DATES = [
    "order_purchase_timestamp",
    "order_delivered_customer_date",
    "order_estimated_delivery_date",
]


def merge(folder: Path) -> pd.DataFrame:
    """Read the files and merge them into one row per customer, with six features."""

    def read(name: str, **options) -> pd.DataFrame:
        return pd.read_csv(folder / f"olist_{name}_dataset.csv", **options)

    items = read("order_items")
    items["total"] = items["price"] + items["freight_value"]
    spend = items.groupby("order_id")["total"].sum()
    payments = read("order_payments").groupby("order_id")["payment_installments"].max()
    reviews = read("order_reviews").sort_values("review_answer_timestamp")
    score = reviews.groupby("order_id")["review_score"].last()
    orders = (
        read("orders", parse_dates=DATES)
        .merge(read("customers"), on="customer_id")
        .merge(spend, on="order_id")
        .merge(payments, on="order_id", how="left")
        .merge(score, on="order_id", how="left")
    )
    last = orders["order_purchase_timestamp"].max()
    orders = orders[orders["order_status"] == "delivered"].copy()
    late = (
        orders["order_delivered_customer_date"]
        - orders["order_estimated_delivery_date"]
    )
    orders["delay"] = late.dt.total_seconds() / 86_400
    customers = orders.groupby("customer_unique_id").agg(
        bought=("order_purchase_timestamp", "max"),
        orders=("order_id", "count"),
        spend=("total", "sum"),
        review=("review_score", "mean"),
        installments=("payment_installments", "mean"),
        delay=("delay", "mean"),
    )
    customers["recency"] = (last - customers.pop("bought")).dt.days
    return customers


def scale(customers: pd.DataFrame) -> np.ndarray:
    """Fill, clip, log and standardise."""
    features = customers.fillna(customers.median())
    features = features.clip(upper=features.quantile(0.995), axis=1)
    skewed = ["orders", "spend", "installments"]
    features[skewed] = np.log1p(features[skewed])
    return StandardScaler().fit_transform(features)


def main() -> None:
    """Run the chosen steps; print the seconds of each as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ks", type=int, nargs="*", default=[5])
    parser.add_argument("--until", choices=["merge", "fit", "silhouette"])
    parser.add_argument("--all-cores", action="store_true")
    options = parser.parse_args()
    seconds = {}

    def timed(step: str, function, *arguments, **named):
        start = time.perf_counter()
        result = function(*arguments, **named)
        seconds[step] = seconds.get(step, 0) + time.perf_counter() - start
        return result

    customers = timed("merge", merge, options.folder)
    if options.until != "merge":
        points = timed("scale", scale, customers)
        for k in options.ks:
            model = KMeans(k, n_init=10, random_state=42)
            labels = timed("fit", model.fit_predict, points)
            if options.until != "fit":
                jobs = -1 if options.all_cores else None
                timed("silhouette", silhouette_score, points, labels, n_jobs=jobs)
    print(json.dumps({"customers": len(customers), "seconds": seconds}))


if __name__ == "__main__":
    main()
