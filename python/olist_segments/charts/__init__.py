"""Charts: a table in, a figure out. Titles say what the table shows."""

from olist_segments.charts.studies import (
    candidate_scores,
    explained_shares,
    movement_by_reason,
    original_centers,
    refit_agreement_by_month,
    refits_on_halves,
    repeat_buyers_by_cluster,
    resampling_agreement,
    segment_jaccard,
)

__all__ = [
    "candidate_scores",
    "explained_shares",
    "movement_by_reason",
    "original_centers",
    "refit_agreement_by_month",
    "refits_on_halves",
    "repeat_buyers_by_cluster",
    "resampling_agreement",
    "segment_jaccard",
]
