-- What tells the texts of an archive from those of another, or of another time.
SELECT token FROM texts_state;
