-- Those of texts that are gone count as long as they keep their numbers.
SELECT count(*) AS fingerprints FROM fingerprints;
