with payloads as (

    {{ event_payloads(source("paygentic", "events")) }}

)

select * from payloads
