"""Import of files: a recipe says what the columns mean; rows are staged, checked, and applied all at once."""
