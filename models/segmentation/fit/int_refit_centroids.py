"""One row per refit on a bootstrap sample, cluster and feature: the centroid.

Refits have the chosen k.
"""

import pandas as pd
from olist_segments.fit.clustering import bootstrap_refits
from olist_segments.fit.frames import (
    draw_customers,
    read_frame,
    read_points,
    to_relation,
)


def model(dbt, session):
    refit_customers = dbt.config.meta_get("refit_customers")
    refits = dbt.config.meta_get("refits")
    seed = dbt.config.meta_get("seed")
    n_init = dbt.config.meta_get("n_init")
    sample_size = dbt.config.meta_get("sample_size")

    choice = read_frame(dbt.ref("int_k_choice"))
    (k,) = choice.loc[choice["is_chosen"], "k"]
    customers = draw_customers(dbt.ref("int_fit_features"), refit_customers)
    names, points = read_points(customers)
    fits = bootstrap_refits(
        points,
        int(k),
        refits=refits,
        seed=seed,
        n_init=n_init,
        sample_size=sample_size,
    )
    wide = pd.DataFrame(
        [
            (refit, cluster, *centroid)
            for refit, centroids in fits.items()
            for cluster, centroid in enumerate(centroids, 1)
        ],
        columns=["refit", "cluster_id", *names],
    )
    long = wide.melt(
        ["refit", "cluster_id"], var_name="feature", value_name="scaled_value"
    )
    # Without a refit there are no values to take the types from.
    types = {"refit": int, "cluster_id": int, "feature": str, "scaled_value": float}
    return to_relation(long.astype(types), session)
