"""KMeans of Spark's MLlib, for more customers than one process can hold."""

import numpy as np

from olist_segments.fit.clustering import sorted_centroids
from olist_segments.fit.frames import is_spark


def iterate_on_all(
    relation, names: list[str], points: np.ndarray, fitted: dict[int, np.ndarray]
) -> dict[int, np.ndarray]:
    """Iterate on all customers from centroids that were fitted on a sample.

    Parameters
    ----------
    relation : duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        Scaled features of all customers.
    names : list of str
    points : array of shape (n_points, n_features)
        The customers that `frames.read_points` read; if that is all of them, there is
        nothing to do.
    fitted : dict of int to array of shape (k, n_features)
        The centroids to start from for every k.

    Returns
    -------
    dict of int to array of shape (k, n_features)
        Means of their members, ordered and rounded as in `clustering.fit_centroids`.
        Spark adds in the order in which tasks end, so the last bits vary.
    """
    if not is_spark(relation) or relation.count() == len(points):
        return fitted
    from pyspark.mllib.clustering import KMeans, KMeansModel

    rows = relation.select(*names).rdd.map(list).cache()
    finished = {}
    for k, centroids in fitted.items():
        model = KMeans.train(
            rows,
            k,
            maxIterations=1000,
            initialModel=KMeansModel(centroids),
            epsilon=1e-9,
        )
        finished[k] = sorted_centroids(np.array(model.clusterCenters))
    rows.unpersist()
    return finished
