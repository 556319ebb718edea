"""The portal as a whole: settings, addresses, Celery, the home page and the embedded servers.

Empty on purpose: kmportal.servers runs before Django and must choose no settings. kmportal.apps loads the Celery app.
"""
