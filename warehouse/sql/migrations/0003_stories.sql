ALTER TABLE texts ADD COLUMN day INTEGER;
COMMENT ON COLUMN texts.day IS 'Day of publication, counted from 1970-01-01; empty where it is not known to the day';

CREATE TABLE text_terms (
    text_number INTEGER NOT NULL,
    word VARCHAR NOT NULL,
    weight FLOAT NOT NULL,
    is_name BOOLEAN NOT NULL
);
COMMENT ON TABLE text_terms IS 'What a text is about: its rarest and most prominent words';
COMMENT ON COLUMN text_terms.text_number IS 'Text';
COMMENT ON COLUMN text_terms.word IS 'Word, in lower case';
COMMENT ON COLUMN text_terms.weight IS 'Share of what the text is about; the squares add up to one';
COMMENT ON COLUMN text_terms.is_name IS 'Whether the text writes it with a capital';

CREATE TABLE story_keys (
    text_number INTEGER NOT NULL,
    key UINTEGER NOT NULL,
    day INTEGER
);
COMMENT ON TABLE story_keys IS 'Hashes of any two of the weightiest words of a text: texts on one event have some in common';
COMMENT ON COLUMN story_keys.text_number IS 'Text';
COMMENT ON COLUMN story_keys.key IS 'Hash of two words';
COMMENT ON COLUMN story_keys.day IS 'Day of the text';

CREATE TABLE story_links (
    text_number INTEGER NOT NULL,
    other_number INTEGER NOT NULL,
    similarity DOUBLE NOT NULL
);
COMMENT ON TABLE story_links IS 'Texts that are about the same within a few days; stories are made of what they connect';
COMMENT ON COLUMN story_links.text_number IS 'The text with the lower number';
COMMENT ON COLUMN story_links.other_number IS 'The text with the higher number';
COMMENT ON COLUMN story_links.similarity IS 'Cosine of their terms';

CREATE TABLE text_stories (
    text_number INTEGER NOT NULL,
    component INTEGER NOT NULL,
    group_number INTEGER NOT NULL,
    story_id VARCHAR NOT NULL,
    family INTEGER NOT NULL,
    similarity DOUBLE NOT NULL,
    reason VARCHAR NOT NULL
);
COMMENT ON TABLE text_stories IS 'The story of each text that is linked to another';
COMMENT ON COLUMN text_stories.text_number IS 'Text';
COMMENT ON COLUMN text_stories.component IS 'Lowest number of the texts that links connect with it';
COMMENT ON COLUMN text_stories.group_number IS 'The same by the links that are left where too many texts hang together; stories are made within it';
COMMENT ON COLUMN text_stories.story_id IS 'Story';
COMMENT ON COLUMN text_stories.family IS 'Lowest number of the texts of the story that are copies of one another';
COMMENT ON COLUMN text_stories.similarity IS 'Mean similarity to the other texts of the story, 0 to 1';
COMMENT ON COLUMN text_stories.reason IS 'What it has in common with them';

CREATE TABLE story_changes (
    run_id VARCHAR NOT NULL,
    story_id VARCHAR NOT NULL,
    became VARCHAR
);
COMMENT ON TABLE story_changes IS 'Stories whose articles moved to other stories: merges, splits and new beginnings';
COMMENT ON COLUMN story_changes.run_id IS 'Run in which they moved';
COMMENT ON COLUMN story_changes.story_id IS 'Story that they left';
COMMENT ON COLUMN story_changes.became IS 'Story that they are in now; empty where they are in none';

ALTER TABLE story_articles ADD COLUMN reason VARCHAR;
COMMENT ON COLUMN story_articles.reason IS 'Why the article is in the story: names, words and days in common with the rest';
COMMENT ON COLUMN story_articles.similarity IS 'Mean similarity to the other texts of the story, 0 to 1';
COMMENT ON COLUMN story_articles.role IS 'original: others copied it; copy: has the words of an earlier one; coverage: words of its own';
COMMENT ON TABLE stories IS 'Articles that tell of one event';
COMMENT ON COLUMN stories.story_id IS 'Beginning of the hash of the text that the story began with; 32 hex digits';
COMMENT ON COLUMN stories.title IS 'Title of the earliest article';
