"""One row per axis of the customer map and feature: its loading."""

import pandas as pd
from olist_segments.clustering import principal_axes
from olist_segments.frames import fit_frame, to_relation


def model(dbt, session):
    max_rows = dbt.config.meta_get("max_rows")
    points = fit_frame(dbt.ref("int_fit_features"), max_rows)
    axes = principal_axes(points.to_numpy())
    loadings = pd.DataFrame(axes, columns=points.columns).assign(axis=["x", "y"])
    return to_relation(
        loadings.melt(id_vars="axis", var_name="feature", value_name="loading"), session
    )
