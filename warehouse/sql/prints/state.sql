-- What tells the texts of an archive from those of another, or of another time, and how many fingerprints they have; those
-- that are gone count as long as they keep their numbers.
SELECT token, (SELECT count(*) FROM fingerprints) AS fingerprints FROM texts_state;
