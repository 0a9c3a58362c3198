"""Functions of the Python models: KMeans, its checks, and the choice of k."""
