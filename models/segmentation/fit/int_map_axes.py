"""One row per axis of the customer map and feature: its loading."""

import pandas as pd
from olist_segments.clustering import principal_axes


def model(dbt, session):
    points = dbt.ref("int_fit_features").order("customer_unique_id").df()
    points = points.drop(columns="customer_unique_id")
    axes = principal_axes(points.to_numpy())
    loadings = pd.DataFrame(axes, columns=points.columns).assign(axis=["x", "y"])
    return loadings.melt(id_vars="axis", var_name="feature", value_name="loading")
