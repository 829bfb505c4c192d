create index item_rank on roadmap_item (workspace_id, rank, id);
create index item_updated on roadmap_item (workspace_id, updated_at desc, id);
create index item_key on roadmap_item (workspace_id, key, id);
create index item_title_order on roadmap_item (workspace_id, lower(title collate "C"), id);
create index item_start on roadmap_item (workspace_id, start_on, id);
create index item_end on roadmap_item (workspace_id, end_on, id);
create index item_benefit on roadmap_item (workspace_id, benefit desc nulls last, id);
create index item_children on roadmap_item (workspace_id, parent_id);
create index item_phase on roadmap_item (workspace_id, phase_id);
create index item_team on roadmap_item (workspace_id, team_id);
create index item_owner on roadmap_item (workspace_id, owner_id);
create index item_area on roadmap_item (workspace_id, area_id);
create index item_level on roadmap_item (workspace_id, level_id);
create index item_release on roadmap_item (workspace_id, release_id);
create index item_tags on roadmap_item using gin (workspace_id, tags);
create index item_custom on roadmap_item using gin (workspace_id, custom jsonb_path_ops);
create index item_title on roadmap_item using gin (workspace_id, to_tsvector('public.trimtab', title));

alter table roadmap_itemtext add column tsv tsvector
  generated always as (to_tsvector('public.trimtab', body)) stored;
create index item_text_words on roadmap_itemtext using gin (workspace_id, tsv);

create index area_children on roadmap_area (workspace_id, parent_id);
create index area_owner on roadmap_area (workspace_id, owner_id);
create index dimension_values on roadmap_dimensionvalue (workspace_id, dimension_id);
create index item_phase_by_phase on roadmap_itemphase (workspace_id, phase_id);
create index item_phase_by_track on roadmap_itemphase (workspace_id, track_id);
create index item_value_by_value on roadmap_itemvalue (workspace_id, value_id, item_id);
create index item_value_by_dimension on roadmap_itemvalue (workspace_id, dimension_id);
create index estimate_by_team on roadmap_estimate (workspace_id, team_id);
create index relation_to on roadmap_relation (workspace_id, to_item_id);
create index dependency_to on roadmap_dependency (workspace_id, to_item_id);
