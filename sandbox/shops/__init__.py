"""Stand-ins for online shops, one package per kind of shop. What is common to all kinds lies here: messages, the session adapter."""
