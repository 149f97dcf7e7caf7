"""A policy document from a workbook: sheets of clauses, conditions, tables, scales, cases → the YAML of a pack.

`sheets` says which sheets and columns there are, `reading` reads them with every fault by sheet, row and column,
`building` makes the document, `template` writes the empty workbook with an example. Start reading at
`building.texts_of_workbook`.
"""
