DELETE FROM similar_requests;

INSERT INTO similar_requests BY NAME SELECT * FROM carried;
