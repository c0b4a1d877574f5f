"""`make up`: sets the project up and keeps its processes running on one machine.

Lives here: the virtual environment, the first `.env`, the embedded Valkey, starting, restarting and stopping processes.
Does not live here: anything of the shop. Standard library only, because this code runs before the dependencies are installed; it
imports nothing of ours, and it is not used in production (docker-compose.yml is).
"""
