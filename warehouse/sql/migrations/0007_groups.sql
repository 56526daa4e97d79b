ALTER TABLE text_stories DROP COLUMN component;
ALTER TABLE text_stories ADD COLUMN level INTEGER;
COMMENT ON COLUMN text_stories.group_number IS 'Lowest number of the texts that links of some strength connect with it; stories are made within it';
COMMENT ON COLUMN text_stories.level IS 'That strength: 0 for links of any, more where those would connect too many; empty until the next load finds it';

ALTER TABLE common_fingerprints ADD COLUMN is_wide BOOLEAN;
COMMENT ON TABLE common_fingerprints IS 'Fingerprints that more than five texts have';
COMMENT ON COLUMN common_fingerprints.hub IS 'Number of the longest text that has it';
COMMENT ON COLUMN common_fingerprints.is_wide IS 'Whether more than a hundred have it: these are compared with the hub alone, else with each other too';

UPDATE common_fingerprints
SET is_wide = hash IN (
    SELECT hash FROM fingerprints SEMI JOIN common_fingerprints USING (hash) GROUP BY hash HAVING count(*) > 100
);

CREATE TABLE wide_keys (
    key UINTEGER NOT NULL,
    day INTEGER
);
COMMENT ON TABLE wide_keys IS 'Keys of stories that more than a hundred texts have: they bring no texts together';
COMMENT ON COLUMN wide_keys.key IS 'Hash of two words';
COMMENT ON COLUMN wide_keys.day IS 'Day on which so many have it; empty where so many have it in all, which counts for undated texts';
