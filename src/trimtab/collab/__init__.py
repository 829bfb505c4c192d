"""What people say to each other about the records of a workspace: comments, files, who watches, who is told."""
