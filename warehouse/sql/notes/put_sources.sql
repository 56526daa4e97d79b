DELETE FROM sources;

INSERT INTO sources BY NAME SELECT * FROM carried;
