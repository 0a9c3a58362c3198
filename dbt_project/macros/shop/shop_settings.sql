{# The settings of the shop: what its YAML of sources says, completed with defaults. #}
{% macro shop_settings() -%}
    {%- set given = (
        graph.sources.values() | selectattr('source_name', 'equalto', shop())
        | map(attribute='source_meta') | first
    ) if graph.sources else {} -%}
    {%- set currency = given.get('currency', {}) -%}
    {%- set code = currency.get('code', '') -%}
    {%- set statuses = given.get('statuses', {}) -%}
    {%- set counted = statuses.get('counted', ['delivered', 'completed']) -%}
    {%- set canceled = statuses.get('canceled', ['canceled', 'unavailable']) -%}
    {{ return({
        'currency': {
            'code': code,
            'symbol': currency.get('symbol', code),
            'name': currency.get('name', code or 'money'),
            'position': currency.get('position', 'before')
        },
        'has_statuses': 'statuses' in given,
        'statuses': {
            'counted': counted, 'canceled': canceled,
            'known': counted + canceled + statuses.get('open', [])
                + ['canceled', 'returned']
        },
        'returns': given.get('returns', 'refuse'),
        'guests': given.get('guests', 'refuse'),
        'places': given.get('places', {})
    }) }}
{%- endmacro %}
