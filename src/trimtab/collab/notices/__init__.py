"""Telling people what happened: read from the log, each event once to each person, through the channels they chose."""
