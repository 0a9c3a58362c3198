{# Says at the end of a build, in a plain sentence, if a refit is due. #}
{% macro say_if_refit_is_due() -%}
    {%- for result in results if execute and result.status == 'success'
        and result.node.name == 'segment_drift' -%}
        {%- set due = run_query(
            'select measure, model_id, statistic, round(drift, 2) from '
            ~ result.node.relation_name ~ ' where is_refit_due order by drift desc, measure'
        ).rows -%}
        {%- set found = [] -%}
        {%- for row in due -%}
            {%- do found.append(row[0] ~ ' (' ~ row[2] ~ ' ' ~ row[3] ~ ')') -%}
        {%- endfor -%}
        {%- if found -%}
            {%- do log(
                'A refit is due: customers are no longer like those that model '
                ~ due[0][1] ~ ' was fitted on. ' ~ found | join(', ') ~ ' reached '
                ~ var('drift_refit') ~ '. Run .venv/bin/olist-segments build --target '
                ~ target.name ~ ' -- --full-refresh, then read the new segments; the '
                ~ 'old model stays in segment_models.',
                info=true
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
