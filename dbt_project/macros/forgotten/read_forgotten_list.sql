{# The rows of the list of forgotten customers. #}
{% macro read_forgotten_list() -%}
    read_csv(
        {{ forgotten_list() }}, header = true, auto_detect = false, delim = ',',
        columns = {'salt': 'string', 'key_hash': 'string'}
    )
{%- endmacro %}
