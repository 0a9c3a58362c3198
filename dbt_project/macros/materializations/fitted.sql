{# Materialization of what belongs to a fit: a table that is built when a fit is due,
   and left as it is as long as the fitted model stays. #}
{% materialization fitted, default, supported_languages=['sql', 'python'] %}
    {%- set kept = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- if kept and model_relation('int_fitted_model') -%}
        {%- call noop_statement('main', 'KEPT') -%}
            select 1
        {%- endcall -%}
    {%- else -%}
        {#- Much like the table materialization, which cannot be called from another one,
            as dbt runs Python for the outermost only. A table that is lost here makes
            the next build fit anew. -#}
        {%- set aside = make_intermediate_relation(target) -%}
        {%- do drop_relation_if_exists(load_cached_relation(aside)) -%}
        {%- set fresh = aside if kept else target -%}
        {%- call statement('main', language=model.language) -%}
            {{ create_table_as(False, fresh, compiled_code, model.language) }}
        {%- endcall -%}
        {%- if kept -%}
            {%- do adapter.drop_relation(kept) -%}
            {%- do adapter.rename_relation(fresh, target) -%}
        {%- endif -%}
        {{ run_hooks(post_hooks, inside_transaction=True) }}
        {%- do adapter.commit() -%}
    {%- endif -%}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
