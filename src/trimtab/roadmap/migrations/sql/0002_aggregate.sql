      select count(*)::int as children,
             sum(e.effort) filter (where e.counts) as effort,
             min(e.start_on) filter (where e.counts) as start_on,
             case when min(e.start_on) filter (where e.counts) is not null
                  then (array['day', 'month', 'quarter', 'half', 'year'])[max(e.start_grain) filter (where e.counts)]
                  when bool_or(e.start_precision = 'later') filter (where e.counts) then 'later' end as start_precision,
             case when bool_or(e.end_precision = 'later') filter (where e.counts) then null
                  else max(e.end_on) filter (where e.counts) end as end_on,
             case when bool_or(e.end_precision = 'later') filter (where e.counts) then 'later'
                  else (array['day', 'month', 'quarter', 'half', 'year'])[max(e.end_grain) filter (where e.counts)]
                  end as end_precision,
             round(case when bool_and(e.effort is not null) filter (where e.counts and e.progress is not null)
                             and sum(e.effort) filter (where e.counts and e.progress is not null) > 0
                        then sum(e.progress * e.effort) filter (where e.counts)
                             / sum(e.effort) filter (where e.counts and e.progress is not null)
                        else avg(e.progress) filter (where e.counts) end, 2) as progress,
             (array['on_track', 'at_risk', 'off_track'])[max(e.gravity) filter (where e.counts and e.open)] as health,
             coalesce(sum(case when e.own_effort is not null then 0
                               else greatest(e.missing_effort, (e.effort is null)::int) end)
                      filter (where e.counts), 0)::int as missing_effort,
             coalesce(sum(case when e.dated then 0
                               else greatest(e.missing_dates,
                                             (e.start_precision is null or e.end_precision is null)::int) end)
                      filter (where e.counts), 0)::int as missing_dates,
             coalesce(sum(case when e.judged then 0 else greatest(e.missing_health, (e.gravity is null)::int) end)
                      filter (where e.counts and e.open), 0)::int as missing_health
      from (
        select c.category is distinct from 'cancelled' as counts,
               c.category is distinct from 'done' as open,
               c.own_effort,
               coalesce(c.own_effort, c.r_effort) as effort,
               case when c.start_precision is null then c.r_start_on else c.start_on end as start_on,
               coalesce(c.start_precision, c.r_start_precision) as start_precision,
               array_position(array['day', 'month', 'quarter', 'half', 'year'],
                              coalesce(c.start_precision, c.r_start_precision)::text) as start_grain,
               case when c.end_precision is null then c.r_end_on else c.end_on end as end_on,
               coalesce(c.end_precision, c.r_end_precision) as end_precision,
               array_position(array['day', 'month', 'quarter', 'half', 'year'],
                              coalesce(c.end_precision, c.r_end_precision)::text) as end_grain,
               c.start_precision is not null and c.end_precision is not null as dated,
               coalesce(c.progress, case when c.category = 'done' then 100 end, c.r_progress,
                        case when c.category in ('todo', 'doing') then 0 end) as progress,
               array_position(array['on_track', 'at_risk', 'off_track'],
                              case when c.health is null or c.health = 'unknown' then c.r_health
                                   else c.health end::text) as gravity,
               c.health is not null and c.health <> 'unknown' as judged,
               coalesce(c.r_missing_effort, 0) as missing_effort,
               coalesce(c.r_missing_dates, 0) as missing_dates,
               coalesce(c.r_missing_health, 0) as missing_health
        from children c
      ) e
