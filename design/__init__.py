"""How the portal looks: components, forms, dates and numbers as readers see them. Every room may use it; it uses none.

The pieces, each shown in every state on the style guide page (/style-guide/):

- `templatetags/components.py` - `{% load components %}`: one tag per component, one template each in
  templates/components/ whose first comment lists its parameters. `templatetags/plots.py` - `{% load plots %}`, likewise.
- `cards.py`, `facets.py`, `navigation.py` - what a caller hands to the bigger components, as typed values.
- `forms.py` - `PortalForm` and `PortalModelForm`: labels, hints, errors and fields in the portal's look.
- `context_processors.py` - `brand`, the words and colour of this installation.
- `templates/base.html` - the page around everything; its first comment lists the blocks and the variables it reads.
"""
