-- One row per segment and month of purchase. Shares count orders.

{{ segment_breakdown(['purchase_month'], 'order_count') }}
