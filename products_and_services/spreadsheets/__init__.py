"""Products as a table: CSV and XLSX files read, judged, imported and written. columns.py says what a file may hold.

Pure (no Django, no clock): values, columns, headings, dialects, reading, writing. The rest knows the models.
"""
