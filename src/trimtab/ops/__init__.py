"""Operation on one machine: the private database, the supervisor, the doctor, the client build, the browser."""
