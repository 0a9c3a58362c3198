"""What Python models call: KMeans, its checks, and the choice of k."""
