"""One row per segment, rule and feature it looks at: the bounds of its values."""

from olist_segments.fit.clustering import nearest
from olist_segments.fit.frames import (
    draw_customers,
    read_frame,
    read_points,
    to_relation,
)
from olist_segments.fit.rules import find_rules


def model(dbt, session):
    sample_size = dbt.config.meta_get("sample_size")

    customers = draw_customers(dbt.ref("int_fit_features"), sample_size)
    names, points = read_points(customers)
    segments = read_frame(dbt.ref("int_chosen_clusters"))
    centroids = read_frame(dbt.ref("int_candidate_centroids"))
    centroids = segments.merge(centroids, on=["k", "cluster_id"]).pivot(
        index="segment_id", columns="feature", values="scaled_value"
    )
    scaling = read_frame(dbt.ref("int_feature_parameters")).set_index("feature")
    labels = centroids.index.to_numpy()[nearest(points, centroids[names].to_numpy())]
    rules = find_rules(points, labels, scaling.loc[names].reset_index())
    return to_relation(rules, session)
