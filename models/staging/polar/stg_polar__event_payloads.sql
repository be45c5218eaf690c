with payloads as (

    {{ event_payloads(source("polar", "events")) }}

)

select * from payloads
