-- Search and the tree in the past.
create index item_version_title on roadmap_item_version
  using gin (workspace_id, to_tsvector('public.trimtab', title));
create index item_text_version_words on roadmap_itemtext_version
  using gin (workspace_id, tsv);
create index item_version_children on roadmap_item_version (workspace_id, parent_id) where parent_id is not null;
create index estimate_version_of_item on roadmap_estimate_version (workspace_id, item_id);
create index item_value_version_of_item on roadmap_itemvalue_version (workspace_id, item_id);
create index item_value_version_by_value on roadmap_itemvalue_version (workspace_id, value_id);
create index item_phase_version_of_item on roadmap_itemphase_version (workspace_id, item_id);
