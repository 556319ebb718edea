"""Reading files that reference managers and databases export, and turning them into evidence.

A file goes through these modules in this order, and each can be read alone:

* `decoding`: bytes to clean, numbered lines, whatever the encoding and line ends;
* `formats`: which format the lines are, judged by what they say, never by the file's name;
* `ris`, `nbib`, `isi`: lines to raw records, and one raw record to a `ParsedRecord`;
* `reading`: the three steps above for one file, record by record;
* `matching` and `judging`: which records the portal, or the same file, already holds, and so what
  becomes of each;
* `drafts` and `commit`: records of the portal, in chunks that are saved whole or not at all.

The command `import_evidence` goes through them in one pass. In the admin (`services`, `running`) a
file is received and checked first, and imported by a job once a person has confirmed what they saw.

What holds throughout: a record is never lost in silence. Every record that the splitter counts ends
as created, duplicate or rejected, and a rejected one is named with its line and the reason.
"""
