"""The written rule for the number of segments."""

import numpy as np
import pandas as pd
from kneed import KneeLocator


def find_elbow(ks: list[int], inertia: list[float]) -> int | None:
    """Find the k after which more clusters lower the inertia much less.

    It depends on where the curve begins and ends, so it is shown and not obeyed.

    Parameters
    ----------
    ks : list of int
        Candidate numbers of clusters, in ascending order.
    inertia : list of float
        Sum of squared distances to the nearest centroid for each k.

    Returns
    -------
    int or None
        The knee of the curve; None if it has none, or fewer than three points.

    References
    ----------
    Satopaa et al., "Finding a 'Kneedle' in a Haystack", ICDCSW 2011.
    """
    if len(ks) < 3 or np.ptp(inertia) == 0:
        return None
    knee = KneeLocator(ks, inertia, curve="convex", direction="decreasing").knee
    return None if knee is None else int(knee)


def choose_k(
    candidates: pd.DataFrame,
    *,
    min_stability: float,
    min_silhouette_gain: float,
    min_segment_share: float,
    fixed_k: int | None = None,
) -> pd.DataFrame:
    """Choose the number of segments by the written rule.

    A candidate is eligible if its least stable refit agrees well enough with the
    full fit, its silhouette is well above that of noise, and its smallest segment is
    large enough. The rule takes the eligible candidate with the sharpest bend in the
    inertia. If none is eligible, it takes the most stable one, and the reason says what
    that one lacks. Which other candidates there are makes no difference.

    Parameters
    ----------
    candidates : DataFrame
        One row per k with columns k, inertia, bend, silhouette, noise_silhouette,
        stability_min_ari and smallest_segment_share.
    min_stability : float
        Lowest adjusted Rand index, up to 1, that refits of an eligible k may have.
    min_silhouette_gain : float
        Lowest difference between the silhouettes of an eligible k and of noise.
    min_segment_share : float
        Lowest share of customers, from 0 to 1, that the smallest segment of an eligible
        k may have.
    fixed_k : int, optional
        Take this k, whatever the rule says.

    Returns
    -------
    DataFrame
        Columns k, is_elbow, is_eligible, is_chosen, reason and advantage, one row per
        k. The advantage of an eligible k over the chosen one is None if it has none.

    Raises
    ------
    ValueError
        If `fixed_k` is not among the candidates.
    """
    table = candidates.set_index("k")
    elbow = find_elbow(list(table.index), list(table["inertia"]))
    # The largest k has none if there are too few different customers for k + 1.
    bend = table["bend"].fillna(0)
    stability = table["stability_min_ari"].fillna(-1)
    stable = stability >= min_stability
    gain = table["silhouette"] - table["noise_silhouette"]
    apart = gain >= min_silhouette_gain
    large = table["smallest_segment_share"] >= min_segment_share
    eligible = stable & apart & large

    if fixed_k is not None:
        fixed_k = int(fixed_k)
        if fixed_k not in table.index:
            fitted = ", ".join(str(k) for k in table.index)
            raise ValueError(
                f"the variable k asks for {fixed_k} segments, but only k = {fitted} "
                "could be fitted: change k, or k_min and k_max"
            )
        chosen, why = fixed_k, "taken: fixed by the variable k"
    elif eligible.any():
        chosen = int(bend[eligible].idxmax())
        why = (
            "taken: of the eligible candidates it has the sharpest bend; inertia falls "
            f"{bend[chosen]:.2f} times as steeply before it as after it"
        )
        if eligible.sum() == 1:
            why = "taken: the only eligible candidate"
    else:
        chosen = int(stability.idxmax())
        why = "taken: no candidate is eligible, and this one is the most stable"

    def reason(k: int) -> str:
        row = table.loc[k]
        faults = []
        if not stable[k]:
            faults.append(_why_unstable(row["stability_min_ari"], min_stability))
        if not apart[k]:
            faults.append(
                f"the silhouette of {row['silhouette']:z.2f} is too close to that of "
                f"noise, {row['noise_silhouette']:z.2f} (at least "
                f"{min_silhouette_gain:.2f} more is required)"
            )
        if not large[k]:
            faults.append(
                f"the smallest segment has {row['smallest_segment_share']:.1%} of "
                f"customers (at least {min_segment_share:.1%} is required)"
            )
        if k == chosen:
            return "; but ".join([why, " and ".join(faults)]) if faults else why
        if faults:
            return "not taken: " + " and ".join(faults)
        if fixed_k is not None:
            return f"not taken: k is fixed at {chosen}"
        if pd.isna(row["bend"]):
            return (
                "not taken: eligible, but its bend is unknown, as there are too few "
                f"different customers for k = {k + 1}"
            )
        return (
            f"not taken: eligible, but its bend of {bend[k]:.2f} is less sharp than "
            f"that of {chosen}, {bend[chosen]:.2f}"
        )

    def advantage(k: int) -> str | None:
        scores = {
            "whoever wants the clearest groups: its silhouette exceeds that of noise "
            "by {:.2f}, not {:.2f}": gain.round(2),
            "lists that are to change least: its least stable refit agrees at {:.2f}, "
            "not {:.2f}": stability.round(2),
            "campaigns that need no small list: its smallest segment has {:.1%} of "
            "customers, not {:.1%}": table["smallest_segment_share"].round(3),
        }
        better = [
            text.format(score[k], score[chosen])
            for text, score in scores.items()
            if eligible[k] and score[k] > score[chosen]
        ]
        return "better for " + "; for ".join(better) if better else None

    return pd.DataFrame(
        {
            "k": table.index,
            "is_elbow": [k == elbow for k in table.index],
            "is_eligible": eligible.to_numpy(),
            "is_chosen": [k == chosen for k in table.index],
            "reason": [reason(k) for k in table.index],
            "advantage": pd.array([advantage(k) for k in table.index], "string"),
        }
    )


def _why_unstable(lowest: float, required: float) -> str:
    if pd.isna(lowest):
        return "too few customers to refit"
    agrees = f"at only {lowest:.2f}" if lowest >= 0.005 else "no better than chance"
    return (
        f"a refit on half the customers agrees {agrees} (at least {required:.2f} is "
        "required)"
    )
