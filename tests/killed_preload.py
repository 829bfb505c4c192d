"""Loads the product once, before workers are forked from this process."""

import django

django.setup()
