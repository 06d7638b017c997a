"""Files to frames of texts: encodings, records, sheets, headings."""
