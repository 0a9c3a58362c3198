"""One row per k, cluster and feature: where the centroid lies.

Besides the candidates there are the k below and the k above them, with which the rule
compares the first and the last.
"""

import pandas as pd
from olist_segments.fit.clustering import fit_centroids
from olist_segments.fit.frames import read_points, to_relation
from olist_segments.spark.fit import iterate_on_all


def model(dbt, session):
    max_rows = dbt.config.meta_get("max_rows")
    k_min = dbt.config.meta_get("k_min")
    k_max = dbt.config.meta_get("k_max")
    seed = dbt.config.meta_get("seed")
    n_init = dbt.config.meta_get("n_init")
    sample_size = dbt.config.meta_get("sample_size")

    customers = dbt.ref("int_fit_features")
    names, points = read_points(customers, max_rows)
    fitted = fit_centroids(
        points,
        range(max(2, k_min - 1), k_max + 2),
        seed=seed,
        n_init=n_init,
        sample_size=sample_size,
    )
    fitted = iterate_on_all(customers, names, points, fitted)
    wide = pd.concat(
        pd.DataFrame(centroids, columns=names).assign(k=k, cluster_id=range(1, k + 1))
        for k, centroids in fitted.items()
    )
    long = wide.melt(["k", "cluster_id"], var_name="feature", value_name="scaled_value")
    return to_relation(long, session)
