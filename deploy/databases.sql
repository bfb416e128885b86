-- The engine keeps a database of its own beside the casework database; carried out once, on an empty volume.
CREATE DATABASE prefect;
