-- The authors of the objects. The target of a restore needs them to keep what belongs to whom.
CREATE USER `zoo author`@`%` IDENTIFIED BY 'x', 'o''brien'@'10.%.0.1' IDENTIFIED BY 'y';
CREATE ROLE zoo_role;
GRANT ALL ON *.* TO `zoo author`@`%`, 'o''brien'@'10.%.0.1', zoo_role;
