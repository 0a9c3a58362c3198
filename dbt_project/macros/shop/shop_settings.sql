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
    {{ return({
        'currency': {
            'code': code,
            'symbol': symbol,
            'name': currency.get('name', code or 'money'),
            'prefix': '' if is_after else symbol ~ space,
            'suffix': ' ' ~ symbol if is_after and symbol else ''
        },
        'statuses': {
            'counted': given.get('statuses', {}).get('counted', []),
            'canceled': given.get('statuses', {}).get('canceled', [])
        },
        'returns': given.get('returns', 'refuse'),
        'guests': given.get('guests', 'refuse'),
        'places': given.get('places', {})
    }) }}
{%- endmacro %}
