"""The evidence map: how much the portal holds on each topic, of what sort and how good, and what is not there yet."""
