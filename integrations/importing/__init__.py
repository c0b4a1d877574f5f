"""The importer: from a shop's pages to our rows. It knows no provider and no HTTP; runs/ starts, times and ends it."""
