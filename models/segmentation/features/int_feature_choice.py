"""One row per number in customer_features: whether it is clustered on, and why."""

from olist_segments.fit.features import choose_features
from olist_segments.fit.frames import read_frame, to_relation


def model(dbt, session):
    feature_choice = dbt.config.meta_get("feature_choice")
    listed = [entry["name"] for entry in dbt.config.meta_get("features")]
    further = [entry["name"] for entry in dbt.config.meta_get("further_features")]
    max_missing_share = dbt.config.meta_get("max_missing_share")
    max_correlation = dbt.config.meta_get("max_correlation")

    return to_relation(
        choose_features(
            read_frame(dbt.ref("int_feature_measures"), "position"),
            read_frame(dbt.ref("int_feature_correlations")),
            worded=listed + further,
            max_missing_share=max_missing_share,
            max_correlation=max_correlation,
            fixed_features=listed if feature_choice == "list" else None,
        ),
        session,
    )
