with rejections as (

    select * from {{ ref("int_definition_rejections") }}

)

select * from rejections
