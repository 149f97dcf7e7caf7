"""DMN, the decision models of the OMG standard, on top of FEEL: read 1.1–1.5, run, check, write 1.5.

Start reading at `model` (the elements as data). The way of a file: `xml` (safe, with places) → `read` → `model` →
`program` (resolved names, compiled logic) → values; `write` goes back. `kit` runs test cases in the format of the
public compatibility kit. Imports only FEEL and `yanlian.base`; reads no files itself and knows no clock.
"""
