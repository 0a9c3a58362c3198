"""One row per candidate k and refit on half of the customers: how well they agree."""

import pandas as pd
from olist_segments.fit.clustering import refit_agreement
from olist_segments.fit.frames import (
    draw_customers,
    read_frame,
    read_points,
    to_relation,
)


def model(dbt, session):
    k_min = dbt.config.meta_get("k_min")
    k_max = dbt.config.meta_get("k_max")
    refit_customers = dbt.config.meta_get("refit_customers")
    refits = dbt.config.meta_get("refits")
    seed = dbt.config.meta_get("seed")
    n_init = dbt.config.meta_get("n_init")
    sample_size = dbt.config.meta_get("sample_size")

    customers = draw_customers(dbt.ref("int_fit_features"), refit_customers)
    names, points = read_points(customers)
    centroids = read_frame(dbt.ref("int_candidate_centroids"))
    centroids = centroids[centroids["k"].between(k_min, k_max)].pivot(
        index=["k", "cluster_id"], columns="feature", values="scaled_value"
    )
    agreement = refit_agreement(
        points,
        {k: fit[names].to_numpy() for k, fit in centroids.groupby(level="k")},
        refits=refits,
        seed=seed,
        n_init=n_init,
        sample_size=sample_size,
    )
    # Without a refit there are no values to take the types from.
    types = {"k": int, "refit": int, "adjusted_rand_index": float}
    table = pd.DataFrame(agreement, columns=list(types)).astype(types)
    return to_relation(table, session)
