-- Whether so much is retired that it costs more to pass over than to take out.
SELECT (SELECT count(*) FROM retired_texts) + (SELECT count(*) FROM retired_keys) > $few + (SELECT count(*) FROM texts) / 4 AS is_due;
