"""The field registry: what each kind of record has, and how it is read. Domains register; engines look up."""
