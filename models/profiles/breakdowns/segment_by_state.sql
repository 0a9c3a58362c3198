-- One row per segment and state of its customers. Shares count customers.

{{ segment_breakdown(['state'], 'customer_count', named='state') }}
