"""Do the servers, databases and crashes that the tests stand on keep their own promises?"""
