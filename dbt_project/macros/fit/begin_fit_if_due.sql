{# When a fit is due, drops the mark of the fitted model: the fit is built again. #}
{% macro begin_fit_if_due() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- set mark = model_relation('int_fitted_model') -%}
        {%- set state = namespace(is_selected=false, is_due=flags.FULL_REFRESH) -%}
        {%- for id, node in graph.nodes.items()
            if node.config.materialized == 'fitted' -%}
            {%- if id in selected_resources -%}
                {%- set state.is_selected = true -%}
            {%- endif -%}
            {%- if model_relation(node.name) is none -%}
                {%- set state.is_due = true -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if mark and state.is_selected -%}
            {%- set stored = run_query('select configuration from ' ~ mark) -%}
            {%- if state.is_due or stored.rows[0][0] != fit_configuration() -%}
                {%- do adapter.drop_relation(mark) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
