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
    keys = [(refit, cluster) for refit in fits for cluster in range(1, k + 1)]
    wide = pd.DataFrame(
        [centroid for fit in fits.values() for centroid in fit],
        columns=names,
        index=pd.MultiIndex.from_tuples(keys, names=["refit", "cluster_id"]),
        dtype=float,
    )
    long = wide.reset_index().melt(
        ["refit", "cluster_id"], var_name="feature", value_name="scaled_value"
    )
    return to_relation(long, session)
