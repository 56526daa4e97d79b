-- A process that goes on loading remembers the fingerprints. Whether what it remembers still holds was told by reading all
-- texts through, twice a batch; a token that every batch changes tells it too.
CREATE TABLE texts_state (
    token UUID NOT NULL
);
COMMENT ON TABLE texts_state IS 'One row: what tells the texts of this file from those of another, or of another time';
COMMENT ON COLUMN texts_state.token IS 'Another one after each batch that was linked';

INSERT INTO texts_state VALUES (uuid());
