"""One row per candidate k and refit on half of the customers: how well they agree."""

import pandas as pd
from olist_segments.clustering import refit_agreement
from olist_segments.frames import fit_frame, ordered_frame, to_relation


def model(dbt, session):
    max_rows = dbt.config.meta_get("max_rows")
    refits = dbt.config.meta_get("refits")
    seed = dbt.config.meta_get("seed")
    n_init = dbt.config.meta_get("n_init")
    sample_size = dbt.config.meta_get("sample_size")

    points = fit_frame(dbt.ref("int_fit_features"), max_rows)
    centroids = ordered_frame(
        dbt.ref("int_candidate_centroids"), "k", "cluster_id", "feature"
    )
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
    return to_relation(
        pd.DataFrame(agreement, columns=["k", "refit", "adjusted_rand_index"]), session
    )
