-- One row per customer the model was fitted on: the features of the list, scaled to
-- mean 0 and standard deviation 1, rounded to 12 decimals.

{{ scale_features(ref('customer_features'), ref('int_feature_parameters')) }}
