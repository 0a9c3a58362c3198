-- One row per segment and main payment type of an order. Shares count orders.

{{ segment_breakdown(['payment_type'], 'order_count') }}
