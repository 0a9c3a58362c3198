{# The settings of the shop: what its YAML of sources says, completed with defaults. #}
{% macro shop_settings() -%}
    {%- set given = (
        graph.sources.values() | selectattr('source_name', 'equalto', shop())
        | map(attribute='source_meta') | first
    ) if execute else {} -%}
    {%- set currency = given.get('currency', {}) -%}
    {%- set code = currency.get('code', '') -%}
    {{ return({
        'currency': {
            'code': code,
            'symbol': currency.get('symbol', code),
            'name': currency.get('name', code or 'money'),
            'position': currency.get('position', 'before')
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
