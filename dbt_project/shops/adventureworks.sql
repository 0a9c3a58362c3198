{# The lines of AdventureWorks: the price and the category are those of the product. #}
{% macro adventureworks__order_lines() -%}
    select
        sales.OrderNumber as order_id,
        sales.CustomerKey as customer_id,
        sales.OrderDate as purchased_at,
        sales.ProductKey as product_id,
        subcategories.SubcategoryName as category,
        sales.OrderQuantity as quantity,
        products.ProductPrice as unit_price,
        territories.Country as country
    from {{ read_table(source('adventureworks', 'sales')) }} as sales
    left join {{ read_table(source('adventureworks', 'products')) }} as products
        on sales.ProductKey = products.ProductKey
    left join {{ read_table(source('adventureworks', 'subcategories')) }} as subcategories
        on products.ProductSubcategoryKey = subcategories.ProductSubcategoryKey
    left join {{ read_table(source('adventureworks', 'territories')) }} as territories
        on sales.TerritoryKey = territories.SalesTerritoryKey
{%- endmacro %}
