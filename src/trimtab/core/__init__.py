"""The ground of everything: ledger, lens, query engine, field registry, operations, jobs, clock, errors."""
