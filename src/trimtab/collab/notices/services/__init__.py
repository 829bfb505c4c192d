"""One service per thing that is done."""
