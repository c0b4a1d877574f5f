"""The whole installation in one file, and back: rows of every table and the pictures, independent of the kind of database.

archive.py: the file's format (no Django). tables.py: rows to lines and back. schema.py: which tables, and their migrations.
snapshot.py: one moment of the database. make.py, restore.py: the two ways. records.py: what was backed up here, and when.
"""
