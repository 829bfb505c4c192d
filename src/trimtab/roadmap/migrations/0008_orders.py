"""What a page reads that shows one level, goes on from another page, or runs from the last to the first.

Items of one level lie together in the order of their ranks; keys are told apart by level without reading the items;
benefits ascend, as the missing ones are asked for apart. Values are found by their dimension without reading more.
PostgreSQL learns that a level, a team and so on say which workspace it is: it took them for independent, and so for
far fewer rows than there are wherever there is more than one workspace. What was written last lies in lists that every
search reads from end to end until they are sorted in: at 4 MB, where nothing is said, that took 13 ms of each search.
"""

from django.db import migrations

SQL = """
drop index item_level;
create index item_level on roadmap_item (workspace_id, level_id, rank, id);
drop index item_key;
create index item_key on roadmap_item (workspace_id, key, id, level_id);
drop index item_benefit;
create index item_benefit on roadmap_item (workspace_id, benefit, id);
drop index item_value_by_dimension;
drop index item_value_by_value;
create index item_value_by_value on roadmap_itemvalue (workspace_id, dimension_id, value_id, item_id);
create statistics item_level_workspace (dependencies) on workspace_id, level_id from roadmap_item;
create statistics item_area_workspace (dependencies) on workspace_id, area_id from roadmap_item;
create statistics item_team_workspace (dependencies) on workspace_id, team_id from roadmap_item;
create statistics item_owner_workspace (dependencies) on workspace_id, owner_id from roadmap_item;
create statistics item_phase_workspace (dependencies) on workspace_id, phase_id from roadmap_item;
create statistics item_value_workspace (dependencies) on workspace_id, dimension_id, value_id from roadmap_itemvalue;
analyze roadmap_item;
analyze roadmap_itemvalue;
alter index item_title set (gin_pending_list_limit = 256);
alter index item_custom set (gin_pending_list_limit = 256);
alter index item_tags set (gin_pending_list_limit = 256);
alter index item_text_words set (gin_pending_list_limit = 1024);
"""
BACK = """
alter index item_title reset (gin_pending_list_limit);
alter index item_custom reset (gin_pending_list_limit);
alter index item_tags reset (gin_pending_list_limit);
alter index item_text_words reset (gin_pending_list_limit);
drop statistics item_level_workspace, item_area_workspace, item_team_workspace, item_owner_workspace,
  item_phase_workspace, item_value_workspace;
drop index item_level;
create index item_level on roadmap_item (workspace_id, level_id);
drop index item_key;
create index item_key on roadmap_item (workspace_id, key, id);
drop index item_benefit;
create index item_benefit on roadmap_item (workspace_id, benefit desc nulls last, id);
drop index item_value_by_value;
create index item_value_by_value on roadmap_itemvalue (workspace_id, value_id, item_id);
create index item_value_by_dimension on roadmap_itemvalue (workspace_id, dimension_id);
"""


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0007_item_history")]

    operations = [migrations.RunSQL(SQL, BACK)]
