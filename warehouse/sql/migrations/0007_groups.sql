ALTER TABLE text_stories DROP COLUMN component;
ALTER TABLE text_stories ADD COLUMN level INTEGER;
COMMENT ON COLUMN text_stories.group_number IS 'Lowest number of the texts that links of some strength connect with it; stories are made within it';
COMMENT ON COLUMN text_stories.level IS 'That strength: 0 for links of any, more where those would connect too many; empty until the next load finds it';
