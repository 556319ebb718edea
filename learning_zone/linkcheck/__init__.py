"""Checking that links still work, politely, and never touching a private address.

Each request goes to an address that was resolved once, judged, and then connected to by its number, so that a name
whose answer changes between judging and connecting gains nothing. Redirects are followed here, one judged step at a
time. Links are asked one after the other: no host ever has two requests of ours at once.
"""
