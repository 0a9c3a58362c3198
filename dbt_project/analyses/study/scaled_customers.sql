-- One row per row of a relation `customers` with the columns of customer_features: its
-- features scaled by a relation `parameters` with those of segment_model_features. The
-- stability study fills them in.

{{ scale_features('customers', 'parameters') }}
