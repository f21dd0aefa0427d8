"""Did the rehearsal go well, and can anybody see at a glance why?

`journal` reads what the load saw, `pause` finds what the switch cost it, `measurement` holds everything
measured, `check` judges, `report` writes `report.json` and `report.html`. Pure: no database, no network.
"""
