"""The words of the portal that librarians edit: about pages, accessibility, privacy."""
