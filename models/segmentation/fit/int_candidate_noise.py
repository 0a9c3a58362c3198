"""One row per candidate k: the silhouette of noise cut into as many clusters."""

import pandas as pd
from olist_segments.clustering import noise_silhouettes


def model(dbt, session):
    seed = dbt.config.meta_get("seed")
    n_init = dbt.config.meta_get("n_init")
    sample_size = dbt.config.meta_get("sample_size")

    pairs = dbt.ref("int_fit_covariance").df()
    covariance = pairs.pivot(
        index="feature", columns="other_feature", values="covariance"
    )
    ks = dbt.ref("int_candidate_centroids").df()["k"]
    silhouettes = noise_silhouettes(
        covariance.to_numpy(),
        sorted(ks.unique().tolist()),
        seed=seed,
        n_init=n_init,
        sample_size=sample_size,
    )
    return pd.DataFrame(silhouettes.items(), columns=["k", "noise_silhouette"])
