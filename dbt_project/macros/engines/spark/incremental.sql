{# Replaces dbt-spark's incremental: any file format, not only one that can merge. #}
{% materialization incremental, adapter='spark' %}
    {%- set kept = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {%- set target = this.incorporate(type='table') -%}
    {%- if kept and not should_full_refresh() -%}
        {%- set names = adapter.get_columns_in_relation(kept) | map(attribute='name') -%}
        {%- set known, keys = names | list, config.require('unique_key') -%}
        {%- set keys = [keys] if keys is string else keys -%}
        {%- set query -%}
            with fresh as (

                {{ compiled_code }}

            )

            select * from fresh
            union all
            select
                {%- for name, column in model.columns.items() %}
                    {{ name if name in known else 'cast(null as ' ~ column.data_type ~ ')' }}
                    {{- ',' if not loop.last }}
                {%- endfor %}
            from {{ kept }} as kept
            where not exists (
                select 1 from fresh
                where
                    {% for key in keys -%}
                        {{ 'and ' if not loop.first }}kept.{{ key }} = fresh.{{ key }}
                    {% endfor %}
            )
        {%- endset -%}
    {%- endif -%}
    {%- do replace_table(kept, target, query or compiled_code) -%}
    {%- do persist_constraints(target, model) -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
