"""One row per candidate k: the silhouette of noise cut into as many clusters."""

import pandas as pd
from olist_segments.clustering import noise_silhouettes
from olist_segments.frames import fit_frame, ordered_frame, to_relation


def model(dbt, session):
    max_rows = dbt.config.meta_get("max_rows")
    seed = dbt.config.meta_get("seed")
    n_init = dbt.config.meta_get("n_init")
    sample_size = dbt.config.meta_get("sample_size")

    points = fit_frame(dbt.ref("int_fit_features"), max_rows)
    ks = ordered_frame(
        dbt.ref("int_candidate_centroids"), "k", "cluster_id", "feature"
    )["k"]
    silhouettes = noise_silhouettes(
        points.to_numpy(),
        sorted(ks.unique().tolist()),
        seed=seed,
        n_init=n_init,
        sample_size=sample_size,
    )
    return to_relation(
        pd.DataFrame(silhouettes.items(), columns=["k", "noise_silhouette"]), session
    )
