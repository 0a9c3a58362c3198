"""One row per candidate k: the silhouette of noise cut into as many clusters."""

import pandas as pd
from olist_segments.fit.clustering import noise_silhouettes
from olist_segments.fit.frames import read_frame, to_relation


def model(dbt, session):
    k_min = dbt.config.meta_get("k_min")
    k_max = dbt.config.meta_get("k_max")
    seed = dbt.config.meta_get("seed")
    n_init = dbt.config.meta_get("n_init")
    sample_size = dbt.config.meta_get("sample_size")

    pairs = read_frame(dbt.ref("int_fit_covariance"))
    covariance = pairs.pivot(
        index="feature", columns="other_feature", values="covariance"
    )
    skewness = pairs.groupby("feature")["skewness"].first()
    ks = read_frame(dbt.ref("int_candidate_centroids"))["k"]
    silhouettes = noise_silhouettes(
        covariance.to_numpy(),
        skewness.to_numpy(),
        sorted(ks[ks.between(k_min, k_max)].unique().tolist()),
        seed=seed,
        n_init=n_init,
        sample_size=sample_size,
    )
    table = pd.DataFrame(silhouettes.items(), columns=["k", "noise_silhouette"])
    return to_relation(table, session)
