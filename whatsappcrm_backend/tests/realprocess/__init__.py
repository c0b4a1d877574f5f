"""The promises about crashes and outages, kept with real processes: web server, Celery workers, beat, Valkey or Redis, Sandbox Graph.

processes.py starts and kills them, stage.py puts them together, shop.py is one business of a test. Loopback only; bounded in time.
"""
