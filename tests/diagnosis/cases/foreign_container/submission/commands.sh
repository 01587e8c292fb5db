docker start 3f2a9c1d7e55
