/* csv_cell.h - a text as a cell of a CSV file. */
#ifndef MSC_JOBS_CSV_CELL_H
#define MSC_JOBS_CSV_CELL_H
#include <stdio.h>

/* Writes `text` after `head`, which may be "", as one cell, in quotes where a comma, a quote or a line break in the text asks for
 * them (RFC 4180); the head has none. */
void msc_csv_cell(FILE *file, const char *head, const char *text);
#endif
