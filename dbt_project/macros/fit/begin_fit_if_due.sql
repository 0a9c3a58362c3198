{# When a fit is due, drops the mark of the fitted model: the fit is built again. #}
{% macro begin_fit_if_due() -%}
    {%- set mark = model_relation('int_fitted_model') if execute -%}
    {%- if mark and flags.WHICH in ('build', 'run') -%}
        {%- set stored = run_query('select configuration from ' ~ mark).rows[0][0] -%}
        {%- set is_asked = flags.FULL_REFRESH or stored != fit_configuration() -%}
        {%- set is_ = namespace(due=is_asked, selected=false, read=false) -%}
        {%- for id, node in graph.nodes.items() if node.resource_type == 'model' -%}
            {%- if node.config.materialized == 'fitted' -%}
                {%- set is_.due = is_.due or model_relation(node.name) is none -%}
                {%- set is_.selected = is_.selected or id in selected_resources -%}
            {%- elif node.fqn[1] == 'profiles' or node.fqn[2] in ('model', 'labels') -%}
                {%- set is_.read = is_.read or id in selected_resources -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if is_.selected and is_.due -%}
            {%- do adapter.drop_relation(mark) -%}
        {%- elif is_.read and is_asked -%}
            {{ exceptions.raise_compiler_error(
                '--full-refresh, or a variable of the fit such as k or features that has '
                ~ 'changed, asks for a new model, but only tables that read the model '
                ~ 'are selected. Run `dbt build` to fit it, or leave out what asks for it.'
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
