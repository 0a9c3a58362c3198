-- One row per segment and city of its customers. Shares count customers.

{{ segment_breakdown(['state', 'city'], 'customer_count') }}
