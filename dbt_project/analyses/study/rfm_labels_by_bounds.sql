-- One row per row of a relation `customers`: the RFM segment by the bounds of another
-- relation `drawn`, both with the columns of customer_features. The stability study
-- fills them in.

{{ rfm_labels('customers', 'drawn') }}
