CREATE OR REPLACE MACRO known_day(published_at, exactness) AS
    CASE WHEN exactness IN ('instant', 'minute', 'hour', 'day')
        THEN date_diff('day', DATE '1970-01-01', CAST(published_at AS DATE)) END;
COMMENT ON MACRO known_day IS 'The day of a publication date, counted from 1970-01-01; empty where it is less exact';
