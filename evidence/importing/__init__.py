"""Reading files that reference managers and databases export, and turning them into evidence.

A file goes through these modules in this order, and each can be read alone:

* `decoding`: bytes to clean, numbered lines, whatever the encoding and line ends;
* `formats`: which format the lines are, judged by what they say, never by the file's name;
* `ris`, `nbib`, `isi`: lines to raw records, and one raw record to a `ParsedRecord`;
* `reading`: the three steps above for one file, record by record;
* `matching`: which records the portal, or the same file, already holds;
* `commit`: drafts, in chunks that are saved whole or not at all.

What holds throughout: a record is never lost in silence. Every record that the splitter counts ends
as created, duplicate or rejected, and a rejected one is named with its line and the reason.
"""
