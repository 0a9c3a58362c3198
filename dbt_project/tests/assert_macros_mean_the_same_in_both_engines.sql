-- Macros that have a version for each engine give the same texts for a few values in
-- DuckDB and in Spark. Like a unit test, it proves the SQL and not the data.

{{ config(enabled=target.name != 'dev') }}

{%- set late, next_day = "timestamp '2018-01-01 23:59:59'", "date '2018-01-02'" %}
{%- set commas = {'meta': {'decimal': ','}, 'source_meta': {}} %}
{%- set days_first = {'meta': {'date_format': '%d.%m.%Y'}, 'source_meta': {}} %}
{%- set in_berlin = {'meta': {}, 'source_meta': {'time_zone': 'Europe/Berlin'}} %}
{%- set cases = [
    ('days count midnights', days_between(late, next_day), '1'),
    ('days back are negative', days_between(next_day, late), '-1'),
    ('days of null are null', days_between('cast(null as timestamp)', late), none),
    ('seconds', seconds_between(late, "timestamp '2018-01-02 00:00:01'"), '2'),
    ('seconds back', seconds_between(late, "timestamp '2018-01-01 23:59:00'"), '-59'),
    ('seconds of null', seconds_between(late, 'cast(null as timestamp)'), none),
    ('half a cent goes up', rounded_ratio('100.01', '2', 18, 2), '50.01'),
    ('half goes away from 0', rounded_ratio('-108', '86400', 10, 4), '-0.0013'),
    ('a key', text_key("' Mães, São Paulo: 3x_ '", 'text'), 'maes_sao_paulo_3x'),
    ('a key of all letters', text_key("'Śłodkie d’été'", 'text'), 'slodkie_d_ete'),
    ('a key of two letters for one', text_key("'Große Œuvre, æøþ'", 'text'), 'grosse_oeuvre_aeoth'),
    ('a key with an amount', text_key("'From £25 (€)'", 'text'), 'from_25'),
    ('a key with other letters', text_key("'大客户 VIP'", 'text'), 'vip_c9f837dd'),
    ('a key of other letters', text_key("'Постоянные'", 'text'), 'text_882a3723'),
    ('a key of signs', text_key("'!?'", 'text'), 'text_af31f623'),
    ('a long key', text_key("'" ~ 'a ' * 60 ~ "'", 'text'), 'a_' * 50 ~ '099759a8'),
    ('thousands', with_thousands("'-1234567.50'"), '-1,234,567.50'),
    ('no thousands', with_thousands("'100.8'"), '100.8'),
    ('no decimals', short_number('100'), '100'),
    ('few decimals', short_number('-12.50'), '-12.5'),
    ('zero', short_number('0'), '0'),
    ('zip code', zip_code_prefix("'1151'"), '01151'),
    ('zip code too long', zip_code_prefix("'011510'"), '011510'),
    ('a decimal comma', read_value("'-1.234,5'", 'decimal(9, 2)', commas), '-1234.50'),
    ('spaces between thousands',
        read_value("'1\u00a0234,56 '", 'decimal(9, 2)', commas), '1234.56'),
    ('a decimal point where commas are', read_value("'12.50'", 'decimal(9, 2)', commas), none),
    ('a day in a format', read_value("'31.01.2018'", 'timestamp', days_first), '2018-01-31 00:00:00'),
    ('a day that needs no format',
        read_value("'2018-01-31'", 'timestamp', days_first), '2018-01-31 00:00:00'),
    ('no day', read_value("'01/31/2018'", 'timestamp', days_first), none),
    ('a time in UTC', read_value("'2018-01-31 10:00:00 UTC'", 'timestamp', in_berlin),
        '2018-01-31 11:00:00'),
    ('a word for a missing value', is_null_word("'\u00a0N/A '"), 'true'),
    ('a blank', is_null_word("' \t'"), 'true'),
    ('a word that begins like one', is_null_word("'nano'"), 'false'),
    ('date of a shop', is_plausible_date("timestamp '2200-01-01'"), 'false'),
    ('distance',
        'cast(' ~ haversine_km('-23.55', '-46.63', '-22.91', '-43.17')
        ~ ' as decimal(8, 1))', '360.6')
] %}

with texts as (

    select
        'b' as word,
        1 as place
    union all
    select
        'a' as word,
        2 as place
    union all
    select
        null as word,
        3 as place

),

cases as (

    {% for what, expression, expected in cases %}
        select
            '{{ what }}' as what,
            cast({{ expression }} as string) as found,
            {{ "'" ~ expected ~ "'" if expected is not none else 'null' }} as expected
        union all
    {% endfor %}
    select
        'joined text has an order' as what,
        {{ join_text('word', ', ', 'place') }} as found,
        'b, a' as expected
    from texts
    union all
    select
        'a sum of decimals' as what,
        cast(cast({{ exact_sum('place / 3') }} as decimal(18, 9)) as string) as found,
        '2.000000000' as expected
    from texts

)

select * from cases
where coalesce(found, 'none') != coalesce(expected, 'none')
