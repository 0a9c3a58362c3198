{# The hash of an id with the salt of the list of forgotten customers. #}
{% macro salted_hash(id) -%}
    sha256(concat((select max(salt) from {{ read_forgotten_list() }}), {{ id }}))
{%- endmacro %}
