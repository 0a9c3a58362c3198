{# Every key is on one row only, and the code sees to it, whatever the data are: it groups
   by the key or writes one row for each, and joins nothing that could repeat a row. Like
   a unit test, this proves the code and not the data. #}
{% test unique_by_construction(model, columns) %}

{{ config(enabled=target.name != 'dev') }}

{{ test_unique_combination_of_columns(model, columns) }}

{% endtest %}
