{# Materialization of a fit's table: built when a fit is due, else left as it is. #}
{% materialization fitted, default, supported_languages=['sql', 'python'] %}
    {%- set kept = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- if kept and model_relation('int_fitted_model') -%}
        {%- call noop_statement('main', 'KEPT') -%}
            select 1
        {%- endcall -%}
    {%- else -%}
        {#- A table that is missing makes a fit due, so the old one can go first. -#}
        {%- do drop_relation_if_exists(kept) -%}
        {%- call statement('main', language=model.language) -%}
            {{ create_table_as(False, target, compiled_code, model.language) }}
        {%- endcall -%}
        {{ run_hooks(post_hooks, inside_transaction=True) }}
        {%- do adapter.commit() -%}
    {%- endif -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
