-- One row a container with the memory of its records in their order, for those that have enough.
select
    FunctionName as function_name,
    container_id,
    list(MemoryUsed order by sequence) as memory_mb,
    list(total.invocations order by sequence) as invocations
from periods
where MemoryUsed is not null and total.invocations is not null
group by all
having count(*) >= 8
order by function_name, container_id
