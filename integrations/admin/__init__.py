"""Admin pages about shops, and what they add to the pages of runs and products. Everything they do is one call of a service of this app.

connections.py, connection_form.py, connection_pages.py, delete_page.py, history.py   a shop: list, form, buttons, removal, past imports
run_extension.py, run_facts.py, run_pages.py, preview_words.py, gone.py   an import's run: how it goes, what would come, what is gone
questions.py   what only a person can decide
orders.py   orders on their way into shops
product_extension.py, product_pages.py, lock_words.py, shop_filter.py   where a product comes from, and locks
deliveries.py, logs.py, dashboard.py   what shops told us, evidence, and the start page's section
"""

from integrations.admin import connections, dashboard, deliveries, logs, orders, product_extension, questions, run_extension

__all__ = ["connections", "dashboard", "deliveries", "logs", "orders", "product_extension", "questions", "run_extension"]
