"""Records and figures as files: everything here turns them into bytes or text."""
