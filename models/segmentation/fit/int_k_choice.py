"""One row per candidate k: whether it is the elbow, is eligible, is taken, and why."""

from olist_segments.fit.choice import choose_k
from olist_segments.fit.frames import read_frame, to_relation


def model(dbt, session):
    fixed_k = dbt.config.meta_get("fixed_k")
    min_stability = dbt.config.meta_get("min_stability")
    min_silhouette_gain = dbt.config.meta_get("min_silhouette_gain")
    min_segment_share = dbt.config.meta_get("min_segment_share")

    return to_relation(
        choose_k(
            read_frame(dbt.ref("int_candidate_metrics"), "k"),
            fixed_k=int(fixed_k) if fixed_k else None,
            min_stability=min_stability,
            min_silhouette_gain=min_silhouette_gain,
            min_segment_share=min_segment_share,
        ),
        session,
    )
