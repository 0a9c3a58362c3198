"""One row per axis of the customer map and feature: its loading."""

import pandas as pd
from olist_segments.fit.clustering import principal_axes
from olist_segments.fit.frames import read_frame, to_relation


def model(dbt, session):
    pairs = read_frame(dbt.ref("int_fit_covariance"))
    covariance = pairs.pivot(
        index="feature", columns="other_feature", values="covariance"
    )
    axes = principal_axes(covariance.to_numpy())
    loadings = pd.DataFrame(axes, columns=covariance.columns).assign(axis=["x", "y"])
    long = loadings.melt(id_vars="axis", var_name="feature", value_name="loading")
    return to_relation(long, session)
