"""Which context runs which SQL on whose tables, while the project runs?"""
