/* csv_cell.c - a text as a cell of a CSV file. */
#include "jobs/csv_cell.h"
#include <string.h>

void msc_csv_cell(FILE *file, const char *head, const char *text)
{
    const int is_quoted = strpbrk(text, ",\"\r\n") != NULL;
    if (is_quoted) fputc('"', file);
    fputs(head, file);
    for (; *text; text++) {
        if (*text == '"') fputc('"', file);
        fputc(*text, file);
    }
    if (is_quoted) fputc('"', file);
}
