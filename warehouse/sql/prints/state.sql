-- What tells the texts of an archive from those of another, or of another time; those that are gone count as long as they
-- keep their numbers.
SELECT digest, (SELECT count(*) FROM retired_texts) AS retired FROM texts_state;
