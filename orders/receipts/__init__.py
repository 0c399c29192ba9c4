"""The receipt that is proof: numbered documents, stored revisions, the live view, the page and the PDF."""
