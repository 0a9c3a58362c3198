{# The table with the lines that a staging model could not read. #}
{% macro rejects_of(model) -%}
    {{ return(api.Relation.create(
        database=model.database, schema=model.schema, identifier=model.name ~ '_rejects'
    )) }}
{%- endmacro %}
