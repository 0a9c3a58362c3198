-- One row per segment and product category. Shares count order lines.

{{ segment_breakdown(['category'], 'line_count', named='category') }}
