{# The settings of the shop: what its YAML of sources says, completed with defaults. #}
{% macro shop_settings() -%}
    {#- In a unit test the graph has no sources. -#}
    {%- set given = (
        graph.get('sources', {}).values() | selectattr('source_name', 'equalto', shop())
        | map(attribute='source_meta') | first | default({})
    ) if execute else {} -%}
    {%- set currency = given.get('currency', {}) -%}
    {%- set code = currency.get('code', '') -%}
    {%- set symbol = currency.get('symbol', code) -%}
    {#- R$ and CHF stand apart from the amount, £ does not. -#}
    {%- set space = ' ' if symbol | lower != symbol | upper else '' -%}
    {%- set is_after = currency.get('position') == 'after' -%}
    {%- set statuses = given.get('statuses', {}) -%}
    {%- set counted = statuses.get('counted', ['delivered', 'completed']) -%}
    {%- set canceled = statuses.get('canceled', ['canceled', 'unavailable']) -%}
    {%- set places = {
        'box': [-90, 90, -180, 180], 'mainland': none, 'farthest_km': 20040,
        'zip_code_digits': none
    } -%}
    {%- set named = given.get('places') or {} -%}
    {%- if named is string -%}
        {%- do places.update({'box': country_box(named)}) -%}
    {%- else -%}
        {%- do places.update(named) -%}
    {%- endif -%}
    {{ return({
        'currency': {
            'code': code,
            'symbol': symbol,
            'name': currency.get('name', code or 'money'),
            'prefix': '' if is_after else symbol ~ space,
            'suffix': ' ' ~ symbol if is_after and symbol else ''
        },
        'has_statuses': 'statuses' in given,
        'statuses': {
            'counted': counted, 'canceled': canceled,
            'known': counted + canceled + statuses.get('open', [])
                + ['canceled', 'returned']
        },
        'returns': given.get('returns', 'refuse'),
        'guests': given.get('guests', 'refuse'),
        'other_currencies': given.get('other_currencies', 'refuse'),
        'price_bands': given.get('price_bands', [25, 50, 100, 200, 500]),
        'places': places
    }) }}
{%- endmacro %}
