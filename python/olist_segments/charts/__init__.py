"""Charts: a table in, a figure out. Titles say what the table shows."""

from olist_segments.charts.formation import segment_formation
from olist_segments.charts.orders import (
    amounts,
    correlations,
    durations,
    installments,
    monthly_orders,
    reviews_by_delay,
    shares,
)
from olist_segments.charts.segments import (
    breakdown,
    candidate_score,
    customer_map,
    moves,
    orders_by_month,
    over_representation,
    segment_features,
    segments_overview,
    spend_distribution,
)
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
    "amounts",
    "breakdown",
    "candidate_score",
    "candidate_scores",
    "correlations",
    "customer_map",
    "durations",
    "explained_shares",
    "installments",
    "monthly_orders",
    "movement_by_reason",
    "moves",
    "orders_by_month",
    "original_centers",
    "over_representation",
    "refit_agreement_by_month",
    "refits_on_halves",
    "repeat_buyers_by_cluster",
    "resampling_agreement",
    "reviews_by_delay",
    "segment_features",
    "segment_formation",
    "segment_jaccard",
    "segments_overview",
    "shares",
    "spend_distribution",
]
