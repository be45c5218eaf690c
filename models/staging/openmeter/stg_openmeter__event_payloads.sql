with payloads as (

    {{ event_payloads(source("openmeter", "events")) }}

)

select * from payloads
