"""One row per candidate k: the silhouette of noise cut into as many clusters."""

import pandas as pd
from olist_segments.clustering import noise_silhouettes


def model(dbt, session):
    seed = dbt.config.meta_get("seed")
    n_init = dbt.config.meta_get("n_init")
    sample_size = dbt.config.meta_get("sample_size")

    points = dbt.ref("int_fit_features").order("customer_unique_id").df()
    points = points.drop(columns="customer_unique_id")
    ks = dbt.ref("int_candidate_centroids").df()["k"]
    silhouettes = noise_silhouettes(
        points.to_numpy(),
        sorted(ks.unique().tolist()),
        seed=seed,
        n_init=n_init,
        sample_size=sample_size,
    )
    return pd.DataFrame(silhouettes.items(), columns=["k", "noise_silhouette"])
