{# The name of the shop that is built. #}
{% macro shop() -%}
    {{ return(env_var('OLIST_SHOP', '') or var('shop')) }}
{%- endmacro %}
