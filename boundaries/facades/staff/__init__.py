"""STAFF: how do people of the monolith's admin get into a service's?

The monolith knows them and hands them over with a ticket (`ticket`), which says what they may do there (`right`); the
service lets them in for an hour (`views`). Nobody has a password in a service.
"""
