-- How a dependency stands, computed from what was stated, the plan, and today. Days of a period: a start is stored as
-- its first day, an end (and a day by which) as its last; "earliest" and "latest" are the ends of that period.
create function roadmap_months(prec text) returns int language sql immutable as $$
  select case prec when 'month' then 1 when 'quarter' then 3 when 'half' then 6 when 'year' then 12 else 0 end
$$;

create function roadmap_latest_start(on_day date, prec text) returns date language sql immutable as $$
  select case when roadmap_months(prec) = 0 then on_day
    else (on_day + make_interval(months => roadmap_months(prec)))::date - 1 end
$$;

create function roadmap_earliest_end(on_day date, prec text) returns date language sql immutable as $$
  select case when roadmap_months(prec) = 0 then on_day
    else (on_day + 1 - make_interval(months => roadmap_months(prec)))::date end
$$;

-- The last day on which the giving side has to be there: as stated, else as the needing side's own plan implies.
create function roadmap_dependency_deadline(kind text, lag int, needed date,
  needing_start date, needing_start_precision text, needing_end date) returns date language sql immutable as $$
  select coalesce(needed, case kind
    when 'FF' then needing_end - lag
    when 'SS' then roadmap_latest_start(needing_start, needing_start_precision) - lag
    else roadmap_latest_start(needing_start, needing_start_precision) - lag
      - case when roadmap_months(needing_start_precision) = 0 then 1 else 0 end
  end)
$$;

create function roadmap_dependency_reasons(stated text, kind text, promised date, deadline date,
  category text, health text, start_on date, start_precision text, end_on date, end_precision text,
  needing_category text, today date) returns text[] language sql immutable as $$
  select case
    when category = 'done' or (kind = 'SS' and category = 'doing') then array['delivered']
    when stated = 'declined' or needing_category in ('done', 'cancelled') then array[]::text[]
    else array_remove(array[
      case when category = 'cancelled' then 'giver_cancelled' end,
      case when p.promised < today then 'promise_passed' end,
      case when deadline < today then 'need_passed' end,
      case when p.promised > deadline then 'promised_late' end,
      case when p.latest > p.promised or (p.later and p.promised is not null) then 'planned_after_promise' end,
      case when p.latest > deadline or (p.later and deadline is not null) then 'planned_after_need' end,
      case health when 'off_track' then 'giver_off_track' when 'at_risk' then 'giver_at_risk' end
    ], null)
  end
  from (select case when stated in ('agreed', 'proposed') then promised end as promised,
    case kind when 'SS' then roadmap_latest_start(start_on, start_precision) else end_on end as latest,
    case kind when 'SS' then start_precision else end_precision end is not distinct from 'later' as later) p
$$;

create function roadmap_dependency_standing(stated text, reasons text[]) returns text language sql immutable as $$
  select case
    when 'delivered' = any(reasons) then 'met'
    when reasons && array['giver_cancelled', 'promise_passed', 'need_passed'] then 'broken'
    when reasons <> '{}' then 'at_risk'
    else stated
  end
$$;

-- At least so many days, whatever the periods leave open; null where nothing says when, or nobody waits any more.
create function roadmap_dependency_days_late(stated text, kind text, promised date, promised_precision text,
  deadline date, category text, start_on date, end_on date, end_precision text, needing_category text, today date)
returns int language sql immutable as $$
  select case
    when stated = 'declined' or category in ('done', 'cancelled') or (kind = 'SS' and category = 'doing')
      or needing_category in ('done', 'cancelled') then null
    else greatest(0, greatest(p.planned, p.promised, case when today > p.due then today end) - p.due)
  end
  from (select
    coalesce(deadline, case when stated in ('agreed', 'proposed') then promised end) as due,
    case when stated in ('agreed', 'proposed') then roadmap_earliest_end(promised, promised_precision) end as promised,
    case kind when 'SS' then start_on else roadmap_earliest_end(end_on, end_precision) end as planned) p
  where p.due is not null and greatest(p.planned, p.promised, case when today > p.due then today end) is not null
$$;
