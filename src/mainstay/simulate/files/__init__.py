"""How an extract becomes a file: table, accounting, CSV, workbook."""
