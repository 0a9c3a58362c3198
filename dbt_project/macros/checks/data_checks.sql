{# All checks of the raw data, in the order of the rows of data_quality. #}
{% macro data_checks(keys) -%}
    {%- set limit = var('max_defect_share') | float -%}
    {%- set is_olist = shop() == 'olist' -%}
    {%- set settings = shop_settings() -%}
    {#- The count of lines that repeat a key with other values, see repeated_lines. -#}
    {%- set repeats = ['max(line_count)', 'max(differing_count)'] -%}
    {#- name         begins with what is counted
        rows         the CTE of data_quality whose rows are looked at; without it, the
                     lines of the file
        found        the condition of those that are counted
        among        the condition of those that are looked at, if not all
        counts       instead of both: the rows looked at and the rows found, as SQL
        allowed      above this share the build stops; where it is none, it never does
        description  what a row looks like that is found
        action       what the build does with it
        if           whether a shop has the check
        needs        the column of shop_has in data_quality that must be true too -#}
    {%- set orders = [
        {'name': 'orders_of_guests', 'if': not is_olist, 'needs': 'has_order_ids',
         'found': 'customer_id is null',
         'allowed': 0 if settings.guests == 'refuse' else none,
         'description': 'Orders without a customer.',
         'action': 'The build stops: set guests to exclude, to leave them out.'
            if settings.guests == 'refuse' else 'Left out: nobody knows who bought.'},
        {'name': 'orders_returned', 'if': not is_olist,
         'rows': 'kept_orders', 'found': 'is_return',
         'description': 'Orders whose lines are all returns.',
         'action': 'Kept: they are no purchase, and lower the spend.'
            if settings.returns == 'net' else 'Kept as canceled: they lower no spend.'},
        {'name': 'orders_without_id', 'allowed': limit, 'found': 'order_id is null',
         'description': 'Lines without order_id.',
         'action': 'Left out: nothing can be joined to them.'},
        {'name': 'orders_repeated', 'allowed': limit,
         'rows': 'repeated_orders', 'counts': repeats,
         'description': 'Lines that repeat an order_id with other values.',
         'action': 'Left out, but for the line whose order got farthest (latest '
            ~ 'delivery, hand-over, approval, purchase).'},
        {'name': 'orders_of_unknown_customers', 'allowed': limit,
         'rows': 'kept_orders', 'found': 'not has_customer',
         'description': 'Orders whose customer_id the customers file lacks.',
         'action': 'Kept: the customer_id stands for the person, whose home is '
            ~ 'unknown.'},
        {'name': 'orders_without_purchase_date', 'allowed': limit,
         'found': 'not is_dated',
         'description': 'Orders without a purchase date between 1900 and 2199.',
         'action': 'Left out: they belong to no day.'},
        {'name': 'orders_after_as_of_date',
         'found': 'is_dated and cast(purchased_at as date) > as_of_date',
         'description': 'Orders placed after the as-of date.',
         'action': 'Left out: on that day they did not exist. By default the last '
            ~ 'purchase is the as-of date, and there are none.'},
        {'name': 'orders_long_after_all_others', 'allowed': 0, 'rows': 'days',
         'counts': [
            'sum(order_count)',
            '0' if var('as_of_date') else
            'case when sum(late_order_count) <= ' ~ limit ~ ' * sum(order_count) '
            ~ 'then sum(late_order_count) end'
         ],
         'description': 'A few orders, placed a year or more after all others, set the '
            ~ 'as-of date.',
         'action': 'The build stops: a mistyped year makes everybody long gone. '
            ~ 'Correct it, or set as_of_date.'},
        {'name': 'orders_with_impossible_dates', 'allowed': limit,
         'found': 'is_dated and has_impossible_date',
         'description': 'Orders with an approval, hand-over, delivery or promise '
            ~ 'outside 1900 to 2199.',
         'action': 'Kept without that date.'},
        {'name': 'orders_approved_before_purchase',
         'found': 'approved_at < purchased_at',
         'description': 'Orders approved before they were placed.',
         'action': 'Kept: the approval is not used for delivery times.'},
        {'name': 'orders_delivered_after_as_of_date',
         'found': 'cast(purchased_at as date) <= as_of_date '
            ~ 'and cast(delivered_at as date) > as_of_date',
         'description': 'Orders delivered after the as-of date.',
         'action': 'Kept as not yet delivered: that is how they stood on that day.'},
        {'name': 'orders_shipped_without_date', 'needs': 'has_hand_overs',
         'found': "order_status = 'shipped' and handed_to_carrier_at is null",
         'description': 'Shipped orders without a hand-over.',
         'action': 'Kept as shipped.'},
        {'name': 'orders_of_unknown_status', 'allowed': limit if is_olist else none,
         'found': 'order_status is null or not ' ~ has_status('order_status', 'known'),
         'description': 'Orders whose status ' ~ (
            'is none of the eight published ones' if is_olist
            else 'the settings of the shop do not name'
         ) ~ ', or missing.',
         'action': 'Kept; they count as not delivered.'},
        {'name': 'orders_handed_over_before_purchase',
         'found': 'handed_to_carrier_at < purchased_at',
         'description': 'Orders that the carrier took over before the purchase.',
         'action': 'Kept: the hand-over is not used for delivery times.'},
        {'name': 'orders_handed_over_before_approval',
         'found': 'handed_to_carrier_at < approved_at',
         'description': 'Orders that the carrier took over before the payment was '
            ~ 'approved.',
         'action': 'Kept: the hand-over is not used for delivery times.'},
        {'name': 'orders_delivered_before_hand_over',
         'found': 'delivered_at < handed_to_carrier_at',
         'description': 'Orders that the customer had before the carrier took them '
            ~ 'over.',
         'action': 'Kept: delivery times count from the purchase.'},
        {'name': 'orders_delivered_before_purchase', 'allowed': limit,
         'found': 'delivered_at < purchased_at',
         'description': 'Orders delivered before they were placed.',
         'action': 'Kept as delivered, without a delivery date.'},
        {'name': 'orders_delivered_without_date', 'needs': 'has_deliveries',
         'found': "order_status = 'delivered' and delivered_at is null",
         'description': 'Delivered orders without a delivery date.',
         'action': 'Kept as delivered, without delivery times.'},
        {'name': 'orders_without_items',
         'rows': 'kept_orders', 'found': 'not has_items',
         'description': 'Orders without any item.',
         'action': 'Kept with one row in order_lines; they do not count as a '
            ~ 'purchase.'},
        {'name': 'delivered_orders_without_items', 'allowed': limit,
         'rows': 'kept_orders', 'among': 'is_delivered', 'found': 'not has_items',
         'description': 'Delivered orders without any item: the items file may be cut '
            ~ 'off.',
         'action': 'Kept, but their customers are excluded if they have no other '
            ~ 'order.'},
        {'name': 'orders_without_payment', 'needs': 'has_payments',
         'rows': 'kept_orders', 'found': 'not has_payments',
         'description': 'Orders without any payment.',
         'action': 'Kept; installments are unknown.'},
        {'name': 'delivered_orders_without_payment',
         'allowed': limit, 'needs': 'has_payments',
         'rows': 'kept_orders', 'among': 'is_delivered', 'found': 'not has_payments',
         'description': 'Delivered orders without any payment: the payments file may '
            ~ 'be cut off.',
         'action': 'Kept; installments are unknown.'},
        {'name': 'orders_without_review', 'needs': 'has_reviews',
         'rows': 'kept_orders', 'found': 'not has_reviews',
         'description': 'Orders without any review.',
         'action': 'Kept; the score is unknown.'},
        {'name': 'delivered_orders_without_review', 'allowed': 10 * limit,
         'rows': 'kept_orders',
         'counts': [
            'count(*) filter (where is_delivered)',
            'case when count(*) filter (where is_delivered and is_ever_reviewed) > 0 '
            ~ 'then count(*) filter (where is_delivered and not is_ever_reviewed) end'
         ],
         'description': 'Delivered orders without any review, where there are reviews: '
            ~ 'the reviews file may be cut off.',
         'action': 'Kept; the score is unknown.'},
        {'name': 'orders_with_several_reviews',
         'rows': 'reviewed_orders', 'found': 'line_count > 1',
         'description': 'Orders with more than one review.',
         'action': 'The score of the one answered last counts.'}
    ] -%}
    {%- set items = [
        {'name': 'items_returned', 'if': not is_olist,
         'allowed': 0 if settings.returns == 'refuse' else none,
         'rows': 'lines', 'among': 'not is_left_out', 'found': 'is_return',
         'description': 'Lines with a quantity or amount below 0.',
         'action': 'The build stops: set returns to net, so that they lower the spend, '
            ~ 'or to cancel, so that they count as canceled orders.'
            if settings.returns == 'refuse' else 'Kept as returns.'},
        {'name': 'items_of_guests', 'if': not is_olist,
         'rows': 'lines', 'found': 'is_left_out',
         'description': 'Lines without a customer.',
         'action': 'Left out: nobody knows who bought.'},
        {'name': 'items_without_key', 'allowed': limit,
         'found': 'order_id is null or line_number is null',
         'description': 'Lines without order_id or item number.',
         'action': 'Left out: they belong to no order.'},
        {'name': 'items_repeated', 'allowed': limit,
         'rows': 'repeated_items', 'counts': repeats,
         'description': 'Lines that repeat an order and item number with other values.',
         'action': 'Left out, but for the line with the highest price.'},
        {'name': 'items_of_unknown_orders', 'allowed': limit,
         'rows': 'kept_items', 'found': 'not has_order',
         'description': 'Items whose order_id the orders file lacks.',
         'action': 'Left out: they belong to no order.'},
        {'name': 'items_of_unknown_products', 'allowed': limit,
         'needs': 'has_product_ids',
         'rows': 'kept_items', 'found': 'needs_product and not has_product',
         'description': 'Items whose product_id the products file lacks.',
         'action': 'Kept with the category unknown.'},
        {'name': 'items_of_unknown_sellers', 'allowed': limit,
         'needs': 'has_seller_ids',
         'rows': 'kept_items', 'found': 'not has_seller',
         'description': 'Items whose seller_id the sellers file lacks.',
         'action': "Kept with the seller's place unknown."},
        {'name': 'items_without_amount', 'if': is_olist, 'allowed': limit,
         'found': 'price is null or freight is null',
         'description': 'Items without price or freight.',
         'action': 'Kept; the missing amount counts as 0.'},
        {'name': 'items_without_amount', 'if': not is_olist, 'allowed': limit,
         'rows': 'lines', 'found': 'amount is null',
         'description': 'Lines without an amount.',
         'action': 'Left out: nobody knows what was paid.'},
        {'name': 'items_with_negative_price', 'if': is_olist, 'allowed': limit,
         'found': 'price < 0',
         'description': 'Items with a price below 0.',
         'action': 'Kept so that totals agree; the segmentation counts a spend below 0 '
            ~ 'as 0.'},
        {'name': 'items_with_negative_freight', 'allowed': limit,
         'found': 'freight < 0',
         'description': 'Items with freight below 0.',
         'action': 'Kept so that totals agree; the segmentation counts a spend below 0 '
            ~ 'as 0.'},
        {'name': 'items_with_parts_of_cents', 'allowed': limit if is_olist else none,
         'found': 'price % 0.01 != 0 or freight % 0.01 != 0',
         'description': 'Items whose price or freight has more than two decimals.',
         'action': 'Rounded to the cent.'}
    ] -%}
    {%- set payments = [
        {'name': 'payments_without_key', 'allowed': limit,
         'found': 'order_id is null or payment_number is null',
         'description': 'Lines without order_id or payment number.',
         'action': 'Left out: they belong to no order.'},
        {'name': 'payments_repeated', 'allowed': limit,
         'rows': 'repeated_payments', 'counts': repeats,
         'description': 'Lines that repeat an order and payment number with other '
            ~ 'values.',
         'action': 'Left out, but for the line with the highest payment.'},
        {'name': 'payments_of_unknown_orders', 'allowed': limit,
         'among': 'order_id is not null', 'found': 'not has_order',
         'description': 'Payments whose order_id the orders file lacks.',
         'action': 'Left out: they belong to no order.'},
        {'name': 'payments_without_amount', 'allowed': limit,
         'found': 'payment_value is null',
         'description': 'Payments without a value.',
         'action': 'Kept; the missing amount counts as 0.'},
        {'name': 'payments_negative', 'allowed': limit, 'found': 'payment_value < 0',
         'description': 'Payments below 0.',
         'action': 'Kept so that totals agree.'},
        {'name': 'payments_with_parts_of_cents', 'allowed': limit if is_olist else none,
         'found': 'payment_value % 0.01 != 0',
         'description': 'Payments with more than two decimals.',
         'action': 'Rounded to the cent.'},
        {'name': 'payments_of_unknown_type', 'if': is_olist,
         'found': "payment_type is null or payment_type not in ('credit_card', "
            ~ "'boleto', 'voucher', 'debit_card', 'not_defined')",
         'description': 'Payments whose type is none of the five published ones, or '
            ~ 'missing.',
         'action': 'Kept under the type in the file; a missing one is unknown.'},
        {'name': 'payments_not_defined', 'if': is_olist,
         'found': "payment_type = 'not_defined'",
         'description': 'Payments of the type not_defined.',
         'action': 'Kept under that type.'},
        {'name': 'payments_without_installments', 'allowed': limit,
         'found': 'installments is null or installments not between 1 and 2147483647 '
            ~ 'or installments % 1 != 0',
         'description': 'Payments whose installments are missing, below 1 or not a '
            ~ 'whole number.',
         'action': 'Kept, rounded to a whole number; the segmentation counts a number '
            ~ 'below 0 as 0.'}
    ] -%}
    {%- set reviews = [
        {'name': 'reviews_without_key', 'allowed': limit,
         'found': 'review_id is null or order_id is null',
         'description': 'Lines without review_id or order_id.',
         'action': 'Left out: they belong to no order.'},
        {'name': 'reviews_repeated', 'allowed': limit,
         'rows': 'repeated_reviews', 'counts': repeats,
         'description': 'Lines that repeat a review and order with other values.',
         'action': 'Left out, but for the line that was answered last.'},
        {'name': 'reviews_of_unknown_orders', 'allowed': limit,
         'among': 'order_id is not null', 'found': 'not has_order',
         'description': 'Reviews whose order_id the orders file lacks.',
         'action': 'Left out: they belong to no order.'},
        {'name': 'review_ids_of_several_orders',
         'rows': 'review_ids', 'found': 'line_count > 1',
         'description': 'review_id that is used more than once.',
         'action': 'Kept: a review counts for every order that it names.'},
        {'name': 'reviews_outside_1_to_5', 'allowed': limit,
         'found': 'review_score is null or review_score not in (1, 2, 3, 4, 5)',
         'description': 'Reviews whose score is missing or not a whole number from 1 '
            ~ 'to 5.',
         'action': 'Kept; the score is unknown.'},
        {'name': 'reviews_after_as_of_date',
         'found': 'cast(survey_sent_at as date) > as_of_date',
         'description': 'Reviews whose survey was sent after the as-of date.',
         'action': 'Left out: on that day they did not exist.'}
    ] -%}
    {%- set customers = [
        {'name': 'customers_without_id', 'allowed': limit,
         'found': 'customer_id is null',
         'description': 'Lines without customer_id.',
         'action': 'Left out: no order can name them.'},
        {'name': 'customers_repeated', 'allowed': limit,
         'rows': 'repeated_customers', 'counts': repeats,
         'description': 'Lines that repeat a customer_id with other values.',
         'action': 'Left out, but for the line that comes first in alphabetical '
            ~ 'order.'},
        {'name': 'customers_of_several_orders', 'if': is_olist,
         'rows': 'ordering_customers', 'found': 'order_count > 1',
         'description': 'customer_id that more than one order has.',
         'action': 'Kept: they are orders of the same person.'},
        {'name': 'customers_without_person', 'allowed': limit,
         'found': 'customer_unique_id is null',
         'description': 'Customers without customer_unique_id.',
         'action': 'Kept: the customer_id stands for the person.'},
        {'name': 'customers_with_odd_zip_code_prefix',
         'if': is_olist or settings.places.zip_code_digits, 'needs': 'has_zip_codes',
         'allowed': limit,
         'found': 'zip_code_prefix is null or length(zip_code_prefix) != 5 '
            ~ "or translate(zip_code_prefix, '0123456789', '') != ''",
         'description': 'Customers whose zip code prefix is not five digits once '
            ~ 'leading zeros are restored.',
         'action': 'Kept; no place is found for them.'},
        {'name': 'customer_prefixes_without_place', 'needs': 'has_places',
         'rows': 'customer_prefixes', 'found': 'not has_place',
         'description': 'Zip code prefixes of customers without any point in the '
            ~ 'geolocation file.',
         'action': 'Kept; distances are unknown.'}
    ] -%}
    {%- set sellers = [
        {'name': 'sellers_without_id', 'allowed': limit, 'found': 'seller_id is null',
         'description': 'Lines without seller_id.',
         'action': 'Left out: no item can name them.'},
        {'name': 'sellers_repeated', 'allowed': limit,
         'rows': 'repeated_sellers', 'counts': repeats,
         'description': 'Lines that repeat a seller_id with other values.',
         'action': 'Left out, but for the line that comes first in alphabetical '
            ~ 'order.'},
        {'name': 'seller_prefixes_without_place', 'needs': 'has_places',
         'rows': 'seller_prefixes', 'found': 'not has_place',
         'description': 'Zip code prefixes of sellers without any point in the '
            ~ 'geolocation file.',
         'action': 'Kept; distances are unknown.'}
    ] -%}
    {%- set products = [
        {'name': 'products_without_id', 'allowed': limit, 'found': 'product_id is null',
         'description': 'Lines without product_id.',
         'action': 'Left out: no item can name them.'},
        {'name': 'products_repeated', 'allowed': limit,
         'rows': 'repeated_products', 'counts': repeats,
         'description': 'Lines that repeat a product_id with other values.',
         'action': 'Left out, but for the line whose category comes first in the '
            ~ 'alphabet.'},
        {'name': 'products_without_category', 'needs': 'has_categories',
         'found': 'category is null',
         'description': 'Products without a category.',
         'action': 'Kept with the category unknown.'},
        {'name': 'products_without_weight', 'needs': 'has_weights',
         'found': 'weight_g is null',
         'description': 'Products without a weight.',
         'action': 'Kept.'},
        {'name': 'categories_without_translation', 'needs': 'has_translations',
         'rows': 'product_categories', 'found': 'not has_translation',
         'description': 'Categories of products without an English name.',
         'action': 'Kept under the Portuguese name.'}
    ] -%}
    {%- set categories = [
        {'name': 'categories_repeated', 'allowed': limit,
         'rows': 'repeated_categories', 'counts': repeats,
         'description': 'Lines that repeat a category with other values.',
         'action': 'Left out: the first translation in alphabetical order counts.'}
    ] -%}
    {%- set points = [
        {'name': 'points_repeated', 'rows': 'different_points',
         'counts': ['sum(line_count)', 'sum(line_count - 1)'],
         'description': 'Lines that repeat another one entirely.',
         'action': 'Kept: they hardly move the median of a prefix.'},
        {'name': 'points_outside_the_mainland', 'if': settings.places.mainland,
         'found': 'latitude is null or longitude is null or not is_on_mainland',
         'description': 'Points outside the mainland of Brazil.',
         'action': 'Kept where they lie on Fernando de Noronha, left out elsewhere.'},
        {'name': 'points_outside_' ~ ('brazil' if is_olist else 'places'),
         'allowed': limit,
         'found': 'latitude is null or longitude is null or not is_in_places',
         'description': 'Points outside ' ~ (
            'Brazil and its islands' if is_olist else 'the places of the shop'
         ) ~ ', or without coordinates.',
         'action': 'Not used for the places of zip code prefixes.'}
    ] -%}
    {%- set checks = [] -%}
    {%- for source, listed in {
        'orders': orders, 'order_items': items, 'order_payments': payments,
        'order_reviews': reviews, 'customers': customers, 'sellers': sellers,
        'products': products, 'category_translations': categories, 'geolocation': points
    }.items() -%}
        {%- for check in listed if check.get('if', true) -%}
            {%- set lines = keys[source][0] ~ '_in_file' -%}
            {%- do checks.append(
                dict(check, source=source, rows=check.get('rows', lines))
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {#- What is checked in each file. -#}
    {%- for source, (rows, key) in keys.items() -%}
        {%- do checks.append({
            'name': rows ~ '_with_null_words', 'source': source,
            'rows': rows ~ '_in_file', 'found': 'has_null_word',
            'description': 'Lines with a word such as NULL or nan in place of a value.',
            'action': 'Kept; the word counts as missing. null_words lists the words.'
        }) -%}
        {%- if key -%}
            {%- set lines_are_items = rows == 'items' and not is_olist -%}
            {%- do checks.append({
                'name': rows ~ '_repeated_entirely', 'source': source,
                'needs': 'has_order_ids' if rows == 'items' else none,
                'rows': 'repeated_' ~ ('lines' if lines_are_items else rows),
                'counts': ['max(line_count)', 'max(equal_count)'],
                'description': 'Lines that repeat another one entirely.',
                'action': 'Kept: an order may have the same line twice.'
                    if lines_are_items
                    else 'Left out: they say nothing new. The build warns.'
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if forgotten_list() -%}
        {%- for source, (rows, key) in keys.items()
            if rows in ['orders', 'items', 'payments', 'reviews', 'customers'] -%}
            {%- set total = "sum(row_count) filter (where measure = '" ~ rows ~ "')" -%}
            {%- do checks.append({
                'name': 'customers_forgotten' if rows == 'customers'
                    else rows ~ '_of_forgotten_customers',
                'source': source, 'rows': 'forgotten',
                'counts': [
                    total ~ ' + (select count(*) from ' ~ ref('stg_' ~ source) ~ ')',
                    total
                ],
                'description': 'Rows of customers who were forgotten.',
                'action': 'Left out of everything; reconciliation has their amounts.'
            }) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(checks) }}
{%- endmacro %}
