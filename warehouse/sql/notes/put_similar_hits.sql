DELETE FROM similar_hits;

INSERT INTO similar_hits BY NAME SELECT * FROM carried;
