"""What all operations stand on: settings, database, schema, keys, files of the home folder."""
