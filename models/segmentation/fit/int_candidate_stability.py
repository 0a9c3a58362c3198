"""One row per candidate k and refit on half of the customers: how well they agree."""

import pandas as pd
from olist_segments.clustering import refit_agreement


def model(dbt, session):
    refits = dbt.config.meta_get("refits")
    seed = dbt.config.meta_get("seed")
    n_init = dbt.config.meta_get("n_init")
    sample_size = dbt.config.meta_get("sample_size")

    points = dbt.ref("int_fit_features").order("customer_unique_id").df()
    points = points.drop(columns="customer_unique_id")
    centroids = dbt.ref("int_candidate_centroids").df()
    centroids = centroids.pivot(
        index=["k", "cluster_id"], columns="feature", values="scaled_value"
    )
    agreement = refit_agreement(
        points.to_numpy(),
        {k: fit[points.columns].to_numpy() for k, fit in centroids.groupby(level="k")},
        refits=refits,
        seed=seed,
        n_init=n_init,
        sample_size=sample_size,
    )
    return pd.DataFrame(agreement, columns=["k", "refit", "adjusted_rand_index"])
