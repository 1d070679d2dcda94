-- One named zone with a summer, as mysql_tzinfo_to_sql writes it.
INSERT INTO mysql.time_zone (Time_zone_id, Use_leap_seconds) VALUES (1, 'N');
INSERT INTO mysql.time_zone_name (Name, Time_zone_id) VALUES ('Europe/Moscow', 1);
INSERT INTO mysql.time_zone_transition_type (Time_zone_id, Transition_type_id, `Offset`, Is_DST, Abbreviation) VALUES (1, 0, 10800, 0, 'MSK'), (1, 1, 14400, 1, 'MSD');
INSERT INTO mysql.time_zone_transition (Time_zone_id, Transition_time, Transition_type_id) VALUES (1, 1269730800, 1), (1, 1288479600, 0);
