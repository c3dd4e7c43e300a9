"""What people wrote: specs, shared facts, tables, app definitions and templates, also as they were at a revision."""
