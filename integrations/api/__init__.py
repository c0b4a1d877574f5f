"""Shops over the API: connections, imports, questions, evidence."""
