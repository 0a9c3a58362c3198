{# Says at the end of a build if the history of segments ends on a later day. #}
{% macro say_if_history_is_ahead() -%}
    {%- for result in results if execute and result.status == 'success'
        and result.node.name == 'customer_segment_history' -%}
        {%- set day, last = run_query(
            'select (select as_of_date from ' ~ model_relation('int_as_of') ~ '), '
            ~ 'cast(max(dbt_valid_from) as date) from ' ~ result.node.relation_name
        ).rows[0].values() -%}
        {%- if last and day < last -%}
            {%- do log(
                'This build is as of ' ~ day ~ ', but the history of segments goes on '
                ~ 'until ' ~ last ~ ': it stays as it was. segment_changes and '
                ~ 'segment_migrations show the later day; entered_at is empty where a '
                ~ 'label is not that of the history. If ' ~ last ~ ' was a mistake, '
                ~ 'make replay FROM=YYYY-MM TO=YYYY-MM writes the history again.',
                info=true
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
