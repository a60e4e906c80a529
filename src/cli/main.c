/* main.c - the minescar command. */
#include "minescar.h"
#include <stdio.h>

int main(void)
{
    printf("minescar %s\n", msc_version());
    return 0;
}
