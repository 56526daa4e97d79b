SELECT hash FROM asked ORDER BY hash;
