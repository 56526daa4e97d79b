-- What is written anew from what is there is put aside first.
CREATE OR REPLACE TEMP TABLE copied_versions AS
SELECT * FROM article_versions
WHERE rowid IN (
    SELECT former.place
    FROM former
    INNER JOIN versions_to_write AS written
        ON former.article_id = written.article_id AND former.version = written.copied_version
);

CREATE OR REPLACE TEMP TABLE copied_edits AS
SELECT * FROM edit_spans SEMI JOIN copied_versions USING (article_id, version);

CREATE OR REPLACE TEMP TABLE copied_claims AS
SELECT * FROM date_claims SEMI JOIN copied_versions USING (article_id, version);

CREATE OR REPLACE TEMP TABLE copied_mentions AS
SELECT * FROM date_mentions SEMI JOIN copied_versions USING (article_id, version);

DELETE FROM article_versions WHERE rowid IN (SELECT place FROM former SEMI JOIN rewritten USING (article_id));

DELETE FROM edit_spans WHERE article_id IN (SELECT article_id FROM rewritten);

DELETE FROM date_claims WHERE article_id IN (SELECT article_id FROM rewritten);

DELETE FROM date_mentions WHERE article_id IN (SELECT article_id FROM rewritten);

UPDATE article_versions
SET valid_to = wanted.valid_to
FROM (
    SELECT former.place, wanted.valid_to
    FROM wanted
    INNER JOIN former USING (article_id, version)
    WHERE article_id IN (SELECT article_id FROM versions_to_write)
) AS wanted
WHERE
    article_versions.rowid = wanted.place
    AND article_versions.valid_to IS DISTINCT FROM wanted.valid_to;

CREATE OR REPLACE TEMP VIEW made AS
SELECT
    staged.* EXCLUDE (ordinal, captured_at, charset),
    CAST('0x' || substring(staged.article_id, 1, 16) AS UBIGINT) AS article_key,
    CAST('0x' || substring(staged.text_sha256, 1, 16) AS UBIGINT) AS text_key,
    written.version,
    written.valid_from,
    written.valid_to,
    written.run_id
FROM staged_articles AS staged
INNER JOIN versions_to_write AS written ON staged.ordinal = written.maker
UNION ALL BY NAME
SELECT
    copied.* EXCLUDE (version, valid_from, valid_to, run_id),
    written.version,
    written.valid_from,
    written.valid_to,
    written.run_id
FROM copied_versions AS copied
INNER JOIN versions_to_write AS written
    ON copied.article_id = written.article_id AND copied.version = written.copied_version;

INSERT INTO article_versions BY NAME SELECT * FROM made;

INSERT INTO edit_spans BY NAME
SELECT written.article_id, written.version, spans.* EXCLUDE (article)
FROM staged_edits AS spans
INNER JOIN versions_to_write AS written ON spans.article = written.maker
ORDER BY spans.article, spans.ordinal;

INSERT INTO edit_spans BY NAME
SELECT copied.* EXCLUDE (version), written.version
FROM copied_edits AS copied
INNER JOIN versions_to_write AS written
    ON copied.article_id = written.article_id AND copied.version = written.copied_version
ORDER BY copied.article_id, written.version, copied.ordinal;

INSERT INTO date_claims BY NAME
SELECT written.article_id, written.version, claims.* EXCLUDE (article)
FROM staged_claims AS claims
INNER JOIN versions_to_write AS written ON claims.article = written.maker
ORDER BY claims.article;

INSERT INTO date_claims BY NAME
SELECT copied.* EXCLUDE (version), written.version
FROM copied_claims AS copied
INNER JOIN versions_to_write AS written
    ON copied.article_id = written.article_id AND copied.version = written.copied_version
ORDER BY copied.article_id, written.version;

INSERT INTO date_mentions BY NAME
SELECT written.article_id, written.version, mentions.* EXCLUDE (article)
FROM staged_mentions AS mentions
INNER JOIN versions_to_write AS written ON mentions.article = written.maker
ORDER BY mentions.article, mentions.ordinal;

INSERT INTO date_mentions BY NAME
SELECT copied.* EXCLUDE (version), written.version
FROM copied_mentions AS copied
INNER JOIN versions_to_write AS written
    ON copied.article_id = written.article_id AND copied.version = written.copied_version
ORDER BY copied.article_id, written.version, copied.ordinal;
