CREATE TABLE similar_requests (
    run_id VARCHAR NOT NULL,
    article_id VARCHAR NOT NULL,
    ordinal INTEGER NOT NULL,
    provider VARCHAR NOT NULL,
    request VARCHAR,
    hits INTEGER NOT NULL,
    reason VARCHAR,
    detail VARCHAR NOT NULL
);
COMMENT ON TABLE similar_requests IS 'What providers were asked for coverage similar to an article, and what came of it';
COMMENT ON COLUMN similar_requests.run_id IS 'Run that asked';
COMMENT ON COLUMN similar_requests.article_id IS 'Article that coverage was looked for';
COMMENT ON COLUMN similar_requests.ordinal IS 'Number of the request in its run, from 1';
COMMENT ON COLUMN similar_requests.provider IS 'Name of the provider in the settings';
COMMENT ON COLUMN similar_requests.request IS 'Address that was asked, without secrets; empty for documents that are here already';
COMMENT ON COLUMN similar_requests.hits IS 'Hits that the answer gave and no earlier answer of the provider had';
COMMENT ON COLUMN similar_requests.reason IS 'One word for why there is no answer; empty where there is one';
COMMENT ON COLUMN similar_requests.detail IS 'What the provider says of it';

CREATE TABLE similar_hits (
    run_id VARCHAR NOT NULL,
    article_id VARCHAR NOT NULL,
    ordinal INTEGER NOT NULL,
    provider VARCHAR NOT NULL,
    url VARCHAR,
    locator VARCHAR NOT NULL,
    title VARCHAR,
    published VARCHAR,
    promise DOUBLE NOT NULL,
    hit_article_id VARCHAR,
    is_known BOOLEAN NOT NULL,
    is_match BOOLEAN NOT NULL,
    reason VARCHAR NOT NULL,
    detail VARCHAR NOT NULL,
    score DOUBLE,
    days_apart INTEGER,
    shared_names VARCHAR[] NOT NULL,
    shared_phrases VARCHAR[] NOT NULL,
    shared_words VARCHAR[] NOT NULL
);
COMMENT ON TABLE similar_hits IS 'What providers offered as coverage similar to an article, and why each was taken for it or turned down';
COMMENT ON COLUMN similar_hits.run_id IS 'Run that asked';
COMMENT ON COLUMN similar_hits.article_id IS 'Article that coverage was looked for';
COMMENT ON COLUMN similar_hits.ordinal IS 'Number of the hit in its run, from 1, the most promising first';
COMMENT ON COLUMN similar_hits.provider IS 'Name of the provider in the settings';
COMMENT ON COLUMN similar_hits.url IS 'Address of the document, as the provider gives it';
COMMENT ON COLUMN similar_hits.locator IS 'Where the document was got from, as captures and rejections name it';
COMMENT ON COLUMN similar_hits.title IS 'Title that the provider gives';
COMMENT ON COLUMN similar_hits.published IS 'Date that the provider gives, in its own words';
COMMENT ON COLUMN similar_hits.promise IS 'Share of the question''s weight that title, names and address have, 0 to 1; the most promising are fetched';
COMMENT ON COLUMN similar_hits.hit_article_id IS 'Article that the document is; empty where it became none';
COMMENT ON COLUMN similar_hits.is_known IS 'Whether the archive had it before, so that it was not fetched';
COMMENT ON COLUMN similar_hits.is_match IS 'Whether it is coverage of the same';
COMMENT ON COLUMN similar_hits.reason IS 'copy, story (of the same) or alike for a match; else unlike, other_days, no_terms, or why it became no article';
COMMENT ON COLUMN similar_hits.detail IS 'What is known of a document that became no article';
COMMENT ON COLUMN similar_hits.score IS 'Cosine of the terms of both articles, 1 for copies, as stories are made by; empty where there is no article';
COMMENT ON COLUMN similar_hits.days_apart IS 'Days between the publications; empty where one is not known to the day';
COMMENT ON COLUMN similar_hits.shared_names IS 'Names of the question that the document has';
COMMENT ON COLUMN similar_hits.shared_phrases IS 'Phrases of the question that the document has';
COMMENT ON COLUMN similar_hits.shared_words IS 'Words that both articles are about, the weightiest first';
