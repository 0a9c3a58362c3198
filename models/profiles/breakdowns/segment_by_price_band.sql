-- One row per segment and band of the price of an item. Shares count order lines.

{{ segment_breakdown(['price_band', 'price_band_number'], 'line_count') }}
